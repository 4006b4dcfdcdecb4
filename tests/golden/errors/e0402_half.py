# types: i1,?
import numpy as np


def kernel(n, p):
    return np.sin(n) + np.sqrt(p) + np.exp(n)
