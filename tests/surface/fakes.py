"""Compilers that fail in the ways compilers do: shell scripts for `CC`."""

from __future__ import annotations

import os
import time
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


class Gate:
    """A compiler that works, but only once it is let through; `CC` is to name its `compiler`.

    No clock is in it: a FIFO opens for writing when a compiler stands there to read it.
    """

    def __init__(self, folder: Path, only: str = "") -> None:
        """`only`: units without this text pass at once."""
        self.folder, self.fifo, self.log = folder, folder / "gate", folder / "log"
        os.mkfifo(self.fifo)
        self.log.touch()
        path = folder / "gated-cc"
        path.write_text(
            "#!/bin/sh\n"
            'case "$*" in *--version*) echo fake 1.0; exit 0;; esac\n'
            f"echo $$ >> {self.log}\n"
            f"grep -q '{only}' k.c && cat {self.fifo}\n"
            'exec cc "$@"\n'
        )
        path.chmod(0o755)
        self.compiler = str(path)
        self._held: int | None = None

    def wait(self) -> int:
        """Until a compiler stands at the gate, to stand there on; its process number."""
        if self._held is None:
            self._held = os.open(self.fifo, os.O_WRONLY)
        return int(self.log.read_text().split()[-1])

    def close(self) -> None:
        """Who was waited for goes on."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def remove(self) -> None:
        """Nobody stands there but who was waited for."""
        empty = self.folder / "no gate"
        empty.touch()
        fd = os.open(self.fifo, os.O_RDWR)
        os.rename(empty, self.fifo)
        time.sleep(0.01)  # for one who had found the FIFO and not opened it yet
        os.close(fd)

    def open(self) -> None:
        """Let everybody through, from the one on that stands there or is about to come."""
        self.wait()
        self.remove()
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether who comes now passes."""
        return not self.fifo.is_fifo()

    @property
    def started(self) -> int:
        """How many compilers there were."""
        return len(self.log.read_text().split())
