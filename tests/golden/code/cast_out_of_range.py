# A float no integer holds gives NumPy's value.
# types: f8
# run: [1e30, -1e30, nan, inf, -inf, 2147483648.0, 9.3e18]
# result: i8,i4
import numpy as np


def kernel(x):
    return np.int64(x), np.int32(x)
