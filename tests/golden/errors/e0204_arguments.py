import math

import numpy as np


def helper(a, b, c=1):
    return a + b + c


def kernel(x):
    a = math.sin(x, 2)
    b = np.where(x)
    c = helper(x)
    d = helper(x, 1, 2, 3)
    e = helper(x, 1, b=2)
    f = helper(x, 1, d=2)
    g = abs(*x)
    h = helper(**x)
    i = np.sin(x, out=x)
    j = np.float32()
    k = min(x)
    for n in range():
        pass
    for n in range(1, 2, 3, 4):
        pass
    return a
