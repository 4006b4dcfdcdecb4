# types: f8
# run: [1.5, -2.0]
def kernel(x):
    a = b = c = x * 2
    a += 1
    b *= 3
    c -= a
    d: float = c
    d /= 4
    return a, b, c, d
