def f0(x):
    return x


exec_lines = "".join(f"def f{i}(x):\n    return f{i - 1}(x)\n" for i in range(1, 60))
import linecache

linecache.cache["chain.py"] = (len(exec_lines), None, exec_lines.splitlines(True), "chain.py")
exec(compile(exec_lines, "chain.py", "exec"))


def kernel(x):
    return f59(x)
