# `np.sin` keeps float32; `math.sin` is a Python float.
# types: f4
# ulp: 2
# run: [0.5, 0.1, 2.0]
import math

import numpy as np


def kernel(x):
    return np.sin(x), math.sin(x), np.sqrt(x), math.sqrt(x)
