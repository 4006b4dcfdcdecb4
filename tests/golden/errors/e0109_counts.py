def kernel(x):
    a, b = x, x, x
    c, d = x
    e, f = divmod(x, 2), 1
    return a
