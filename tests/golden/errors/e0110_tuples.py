def kernel(x):
    a = x, x
    b = (x, 1) + 1
    c = abs((x, x))
    d = divmod(x, 2)
    return (x, (x, x))
