"""Calls of finished machine code: ufuncs, call dispatch and N-d entries.

Modules here get addresses and dtypes.  They may not know Python source, the IR or C text.
"""
