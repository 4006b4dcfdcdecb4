# types: f8
# run: [nan, inf, -inf, 0.0, 1.0]
import math

import numpy as np


def kernel(x):
    return np.isnan(x), math.isinf(x), np.isfinite(x), np.signbit(x), math.isnan(x)
