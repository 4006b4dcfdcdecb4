# types: f8,i4
# run: [1.9, -1.9, 0.0, 1e3], [1, -1, 0, 300]
import numpy as np


def kernel(x, n):
    return np.int8(n), np.uint8(n), np.float32(x), np.int32(x), float(n), int(x), bool(x), np.float64(n) / 3
