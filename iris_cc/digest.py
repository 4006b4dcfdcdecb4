"""SHA-256 without the price of importing OpenSSL.

`hashlib` takes 4 to 17 ms to import; the interpreter's own SHA-256 module takes 0.3 ms and hashes a 20 KB object
in 0.1 ms.  A process that has `hashlib` already uses it (SHA instructions, 15 us).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any


def sha256(data: bytes) -> bytes:
    """The 32-byte digest of `data`."""
    digest: bytes = _constructor()(data).digest()
    return digest


def hex_digest(*parts: str) -> str:
    """The digest of several texts, in hexadecimal; where one ends and the next begins matters."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hex()


def _constructor() -> Callable[[bytes], Any]:
    loaded = sys.modules.get("hashlib")
    found: Callable[[bytes], Any] = _OWN if loaded is None else loaded.sha256
    return found


def _own() -> Callable[[bytes], Any]:
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            found: Callable[[bytes], Any] = importlib.import_module(name).sha256
        except (ImportError, AttributeError):
            continue
        return found
    raise ImportError("this Python has no SHA-256")


_OWN = _own()  # now: a module of C may find no room later
