# types: u8,u8
import numpy as np


def kernel(x, y):
    best = -1
    if x > y:
        best = x
    low = np.minimum(x, -1)
    high = np.clip(x, 2**64 - 1, -7)
    large = y if x > 3 else -5
    unused = x if y > 3 else -6
    return best, low + high, large > 0
