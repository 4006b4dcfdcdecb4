import linecache

text = "def kernel(x):\n    y = x\n" + "    y = y + 1\n" * 80_000 + "    return y\n"
linecache.cache["large.py"] = (len(text), None, text.splitlines(True), "large.py")
scope = {}
exec(compile("\n".join(["def kernel(x):", "    return x"]), "large.py", "exec"), scope)
kernel = scope["kernel"]
