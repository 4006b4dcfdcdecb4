"""Measurements against what a user would pick instead: `make bench`, `iris-cc bench`, `python -m benchmarks.runner`."""
