# types: f4
# ulp: 4
# run: [0.0, 0.001, 0.5, 1.0, 2.0, -1.0]
import numpy as np


def kernel(v):
    v = np.clip(v, 0, 1)
    if v <= 0.0031308:
        return v * 12.92
    return 1.055 * np.power(v, 1 / 2.4) - 0.055
