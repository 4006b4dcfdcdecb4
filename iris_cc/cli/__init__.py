"""The command line: `iris-cc`, also `python -m iris_cc`.  The library never imports it."""

from iris_cc.cli.command import main

__all__ = ["main"]
