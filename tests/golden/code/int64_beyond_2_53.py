# types: i8
# run: [9007199254740993, -9007199254740993, 9223372036854775807]
import numpy as np


def kernel(x):
    y = x if x > 0 else -x
    return np.where(x > 0, x, y), abs(x), x == 9007199254740993, int(x) + 0
