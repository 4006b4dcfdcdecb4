"""One cached file: the shared object as the compiler made it, then metadata, then a trailer that proves both.

ELF ignores what follows its last section, so the file is loaded as it stands.  Layout, in this order:

    code       the shared object
    metadata   JSON; read by listings only, never on the way to a load
    trailer    magic (8 bytes), key (32), size of code (8), size of metadata (8), SHA-256 of all before it (32)

Code and metadata are one file because two files can be of two different builds.  Pure: bytes in, bytes out.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from iris_cc import records
from iris_cc.digest import sha256

MAX_SIZE = 64 << 20
_MAGIC = b"IRISCC1\n"
_FIXED = struct.Struct("<8s32sQQ")
TRAILER_SIZE = _FIXED.size + 32


@records.record
class Record:
    """What a valid file holds."""

    key: str
    code: bytes
    metadata: bytes
    digest: str


def encode(key: str, code: bytes, metadata: Mapping[str, object]) -> tuple[bytes, str]:
    """The bytes of the file, and the digest that its name carries."""
    import json

    text = json.dumps(metadata, ensure_ascii=True, sort_keys=True, default=str).encode("ascii")
    body = code + text + _FIXED.pack(_MAGIC, bytes.fromhex(key), len(code), len(text))
    digest = sha256(body)
    return body + digest, digest.hex()


def decode(data: bytes) -> Record | str:
    """The record, or what is wrong with the file."""
    if len(data) < TRAILER_SIZE:
        return "the file is cut short"
    magic, key, code_size, metadata_size = _FIXED.unpack_from(data, len(data) - TRAILER_SIZE)
    if magic != _MAGIC or code_size + metadata_size + TRAILER_SIZE != len(data):
        return "the file is cut short or not one of ours"
    digest = data[-32:]
    if sha256(data[:-32]) != digest:
        return "the contents do not match their SHA-256"
    return Record(key.hex(), data[:code_size], data[code_size : code_size + metadata_size], digest.hex())


def file_name(key: str, digest: str) -> str:
    """A content-derived name: other contents are another file, never a change of this one."""
    return f"{key}-{digest[:16]}.so"


def judge(data: bytes, name: str, key: str) -> Record | str:
    """As `decode`, and the record must be the one that `name` and `key` promise."""
    record = decode(data)
    if isinstance(record, str):
        return record
    if record.key != key:
        return "the contents are another key's"
    if file_name(record.key, record.digest) != name:
        return "the contents are not the ones the name tells of"
    return record
