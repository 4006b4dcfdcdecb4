def kernel(x, y):
    a = x @ y
    b = x is y
    c = x in (1, 2)
    x @= y
    return x is not None
