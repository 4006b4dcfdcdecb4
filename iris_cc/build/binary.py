"""Is this the whole of a shared object for this machine?  Asked of what a compiler left, before it is published.

A truncated object kills the process that opens it (SIGBUS), so every extent the headers name must lie in the file.
Only bytes come in; nothing is opened but the running interpreter's own header, to learn the machine.
"""

from __future__ import annotations

import functools
import struct
import sys

_PT_LOAD, _PT_DYNAMIC, _SHT_NOBITS, _ET_DYN = 1, 2, 8, 3
_MACHO_64, _MH_DYLIB, _MH_BUNDLE, _LC_SEGMENT_64 = 0xFEEDFACF, 6, 8, 0x19


def defect(data: bytes) -> str | None:
    """What is wrong with this shared object, or None."""
    if not data:
        return "the file is empty"
    try:
        return _macho_defect(data) if sys.platform == "darwin" else _elf_defect(data)
    except (struct.error, IndexError):
        return "a header is cut short"


def _elf_defect(data: bytes) -> str | None:
    if data[:4] != b"\x7fELF":
        return "the file is not an ELF object"
    wide = sys.maxsize > 1 << 32
    if data[4] != (2 if wide else 1) or data[5] != (1 if sys.byteorder == "little" else 2):
        return "the ELF class or byte order is not this process's"
    kind, machine = struct.unpack_from("=HH", data, 16)
    if kind != _ET_DYN:
        return "the ELF file is not a shared object"
    if _host_machine() not in (None, machine):
        return f"the ELF machine {machine} is not this host's {_host_machine()}"
    header = struct.unpack_from("=IQQQIHHHHHH" if wide else "=IIIIIHHHHHH", data, 20)
    segments, sections, segment_size, segment_count, section_size, section_count = (
        header[2], header[3], header[6], header[7], header[8], header[9]
    )  # fmt: skip
    if segments + segment_size * segment_count > len(data) or sections + section_size * section_count > len(data):
        return "a header table reaches past the end of the file"
    return _elf_extents(data, wide, (segments, segment_size, segment_count), (sections, section_size, section_count))


def _elf_extents(data: bytes, wide: bool, segments: tuple[int, int, int], sections: tuple[int, int, int]) -> str | None:
    kinds = set()
    for index in range(segments[2]):
        fields = struct.unpack_from("=IIQQQQ" if wide else "=IIIII", data, segments[0] + index * segments[1])
        kind, offset, size = (fields[0], fields[2], fields[5]) if wide else (fields[0], fields[1], fields[4])
        kinds.add(kind)
        if offset + size > len(data):
            return "a segment reaches past the end of the file"
    if not kinds >= {_PT_LOAD, _PT_DYNAMIC}:
        return "nothing in the file is meant to be loaded"
    for index in range(sections[2]):
        fields = struct.unpack_from("=IIQQQQ" if wide else "=IIIIII", data, sections[0] + index * sections[1])
        if fields[1] != _SHT_NOBITS and fields[4] + fields[5] > len(data):
            return "a section reaches past the end of the file"
    return None


@functools.cache
def _host_machine() -> int | None:
    """The ELF machine of the running interpreter: a 32-bit process under a 64-bit kernel knows no better source."""
    for path in ("/proc/self/exe", sys.executable):
        try:
            with open(path, "rb") as file:
                head = file.read(20)
        except OSError:
            continue
        if head[:4] == b"\x7fELF" and len(head) == 20:
            machine: int = struct.unpack_from("=H", head, 18)[0]
            return machine
    return None


def _macho_defect(data: bytes) -> str | None:
    magic, _cpu, _sub, kind, count, size, _flags, _reserved = struct.unpack_from("<8I", data, 0)
    if magic != _MACHO_64 or kind not in (_MH_DYLIB, _MH_BUNDLE):
        return "the file is not a 64-bit Mach-O library"
    if 32 + size > len(data):
        return "the load commands reach past the end of the file"
    position = 32
    for _ in range(count):
        command, length = struct.unpack_from("<II", data, position)
        if command == _LC_SEGMENT_64:
            offset, extent = struct.unpack_from("<QQ", data, position + 40)
            if offset + extent > len(data):
                return "a segment reaches past the end of the file"
        position += max(length, 8)
    return None
