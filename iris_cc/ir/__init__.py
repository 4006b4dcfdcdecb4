"""The typed intermediate representation: scalar types, the operation table, frozen nodes, text in and out.

Nothing here knows Python source, C, or NumPy arrays.
"""
