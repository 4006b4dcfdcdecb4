# types: f8,f8
# run: [1.5, -2.0], [0.5, 4.0]
def square(v):
    return v * v


def norm2(a, b):
    return square(a) + square(b)


def kernel(x, y):
    return norm2(x, y) - square(x + y)
