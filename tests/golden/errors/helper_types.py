# types: f8
def bits(v):
    return v & 7


def kernel(x):
    y = x * 2
    return bits(y)
