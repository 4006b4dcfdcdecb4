"""Calls of a kernel: the dispatcher, which says what a call means; the same in C; and when C takes its place.

It may not know how a kernel is made or how it runs.
"""
