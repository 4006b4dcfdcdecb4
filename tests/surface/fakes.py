"""Compilers that fail in the ways compilers do: shell scripts for `CC`."""

from __future__ import annotations

from pathlib import Path

# finds the word after -o among the arguments
_OUTPUT = 'out=; last=; for word; do [ "$last" = -o ] && out=$word; last=$word; done\n'

BODIES = {
    "failing": "echo 'unit.c:1: error: no' >&2; exit 1",
    "hanging": "sleep 60",
    "garbage": _OUTPUT + 'echo garbage > "$out"',
    "lying": "exit 0",
    "empty": _OUTPUT + ': > "$out"',
    "crashing": "kill -9 $$",
    "wrong library": _OUTPUT
    + 'echo "int unrelated(void) { return 1; }" > "$out.c"; cc -shared -fPIC -o "$out" "$out.c"; rm -f "$out.c"',
}


def fake_compiler(folder: Path, name: str) -> str:
    """The path of a script that stands for a compiler; its first line lets it answer `--version`."""
    path = folder / f"fake-{name.replace(' ', '-')}"
    path.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo fake 1.0; exit 0;; esac\n{BODIES[name]}\n')
    path.chmod(0o755)
    return str(path)
