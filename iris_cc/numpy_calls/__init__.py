"""NumPy's calling conventions, for every route whose calls NumPy's own ufuncs do not serve.

Outputs, types, casting, masks, shapes, wrapping and the methods are read here and nowhere else; errors are NumPy's
own texts.  It may not know what a kernel is: an element's function, a loop or a walk is handed in.
"""
