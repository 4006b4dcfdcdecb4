def kernel(x):
    x + 1
    abs(x)
    y: float
    x == 2
    return x
