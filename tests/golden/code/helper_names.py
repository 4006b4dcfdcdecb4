# Locals of helpers and of the kernel do not meet.
# types: f8
# run: [1.0, -3.0]
def f(x):
    y = x + 1
    t = y * 2
    return t


def g(y):
    x = f(y)
    t = f(x)
    return t - x


def kernel(x):
    t = g(x)
    y = f(t) + x
    return y - t
