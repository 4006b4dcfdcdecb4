# types: f8,?
import numpy as np


def kernel(x, p):
    a = x & 3
    b = -p
    c = p - p
    d = x << 1
    return np.bitwise_and(x, x)
