"""PNG files from arrays, with the standard library alone."""

import struct
import zlib
from pathlib import Path

import numpy as np


def write(path: Path, pixels: np.ndarray, palette: np.ndarray | None = None) -> None:
    """Write `pixels`: (height, width, 3) of uint8, or (height, width) of uint8 that index a (256, 3) `palette`."""
    height, width = pixels.shape[:2]
    color = 2 if palette is None else 3
    rows = pixels.reshape(height, -1)
    if palette is None:  # the difference to the row above packs smaller
        filtered = np.vstack([rows[:1], rows[1:] - rows[:-1]])
    else:
        filtered = rows
    kind = np.full((height, 1), 2 if palette is None else 0, np.uint8)
    if palette is None:
        kind[0] = 0
    data = zlib.compress(np.hstack([kind, filtered]).tobytes(), 9)
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", np.asarray(palette, np.uint8).tobytes()))
    chunks += [_chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
