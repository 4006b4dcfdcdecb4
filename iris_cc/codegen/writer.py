"""Lines of C with their indentation, and comments that no source text can break out of.

It knows braces and lines; it may not know the IR's statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from iris_cc.diagnostics import Span

_LONGEST_COMMENT = 100


class Writer:
    """The lines of one C function so far."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0

    def line(self, text: str) -> None:
        self._lines.append(f"{'  ' * self._depth}{text}" if text else "")

    def lines(self, *texts: str) -> None:
        for text in texts:
            self.line(text)

    @contextmanager
    def braces(self, head: str) -> Iterator[None]:
        self.line(f"{head} {{" if head else "{")
        self._depth += 1
        yield
        self._depth -= 1
        self.line("}")

    def otherwise(self) -> None:
        """Between the two blocks of an `if`: closes the first and opens the second."""
        self._depth -= 1
        self.line("} else {")
        self._depth += 1

    def text(self) -> str:
        return "\n".join([*self._lines, ""])


class Places:
    """Says once, before the statements of a source line, which line it is."""

    def __init__(self, file: str, source: Mapping[int, str] | None) -> None:
        self._file = file
        self._source = source or {}
        self._last: tuple[str, int] | None = None

    def comment(self, loc: Span) -> str | None:
        """The comment for a statement at `loc`; None if the one before came from the same line, or from nowhere."""
        place = (loc.file, loc.line)
        if loc.line <= 0 or place == self._last:
            return None
        self._last = place
        if loc.file != self._file:
            return f"/* line {loc.line} of another file */"
        text = safe_comment(self._source.get(loc.line, ""))
        return f"/* {loc.line}: {text} */" if text else f"/* line {loc.line} */"


def safe_comment(text: str) -> str:
    """`text` on one line with nothing in it that ends, nests or continues a comment; what is not ASCII becomes `?`."""
    text = " ".join(text.split())
    text = re.sub(r"[^ -~]|\\|\?(?=\?)", "?", text)
    text = re.sub(r"\?{2,}", "?", text)  # ??/ is a backslash
    while "*/" in text or "/*" in text:
        text = text.replace("*/", "* /").replace("/*", "/ *")
    return text if len(text) <= _LONGEST_COMMENT else text[: _LONGEST_COMMENT - 4] + " ..."
