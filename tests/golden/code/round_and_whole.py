# types: f8
# run: [0.5, 1.5, 2.5, -0.5, -1.7, 3.2]
import math

import numpy as np


def kernel(x):
    return round(x), math.floor(x), math.ceil(x), int(x), np.rint(x), np.floor(x), np.trunc(x), np.round(x, 1)
