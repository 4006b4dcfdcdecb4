import math

import numpy as np


def kernel(x):
    return math.sine(x) + np.nothing + np.random.nonsense(x)
