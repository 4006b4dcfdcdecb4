"""Python source to IR: finding the text, checking the language, data flow, types, lowering.

Knows NumPy's promotion rules and nothing of C.
"""
