# types: f8
# ulp: 2
# run: [0.5, 0.25, 0.9]
import math

import numpy as np


def kernel(x):
    return math.sin(x), np.cos(x), math.exp(x) * np.log(x), np.tanh(x), math.sqrt(x), np.arctan2(x, 2.0), np.hypot(x, 3)
