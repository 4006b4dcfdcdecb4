# signature: (3,3),(3)->(3)
# types: f4,f4
# run: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [1.0, 0.5, 0.25]
import numpy as np


def kernel(m, v):
    out = np.empty(3, np.float32)
    for i in range(3):
        total = np.float32(0)
        for j in range(3):
            total += m[i, j] * v[j]
        out[i] = total
    return out
