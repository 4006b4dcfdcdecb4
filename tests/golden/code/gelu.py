# types: f4
# ulp: 8
# run: [0.5, -1.0, 3.0, 0.0]
import numpy as np


def kernel(x):
    return 0.5 * x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))
