# types: f8,f8
# run: [3.0, -1.0, 0.0], [4.0, 2.0, 0.0]
def rotate(a, b):
    return -b, a


def both(a, b):
    return rotate(a, b)


def kernel(x, y):
    u, v = rotate(x, y)
    p, q = both(u, v)
    return p, q, u - v
