# Nothing keeps the text: the function was made by `exec`, and its text is gone.
scope = {}
exec("def ker" + "nel(x):\n    return x\n", scope)
kernel = scope["kernel"]
