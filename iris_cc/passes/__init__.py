"""Passes: functions from IR to IR that keep every result bit for bit.  They know neither source, C nor NumPy."""
