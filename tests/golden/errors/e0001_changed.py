# The file was edited after the function was made.
import linecache

text = "def kernel(x):\n    return x + 1\n"
scope = {}
exec(compile(text, "edited.py", "exec"), scope)
edited = text.replace("+ 1", "+ 2")
linecache.cache["edited.py"] = (len(edited), None, edited.splitlines(True), "edited.py")
kernel = scope["kernel"]
