# types: f4,int
# run: [1.5, 2.5], 3
def kernel(x: "float32", n: int = 2) -> "anything at all":
    """A docstring with "quotes", a backslash \\ and a comment end */.

    Several lines of it.
    """
    "a string that does nothing"
    y: float = x * n
    ...
    pass
    return y  # a trailing comment /* with C in it
