# A captured NumPy scalar keeps its type.
# types: f4,i2
# run: [0.1, 2.0], [3, -4]
import numpy as np

WIDE = np.float64(0.1)
NARROW = np.int8(7)


def kernel(x, n):
    return x * WIDE, n * NARROW, n + np.uint16(9)
