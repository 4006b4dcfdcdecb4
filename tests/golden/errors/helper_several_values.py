def two(v):
    return v, v


def kernel(x):
    a, b, c = two(x)
    return two(x) + 1
