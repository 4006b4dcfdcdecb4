# types: f8
# ulp: 4
# run: [-40.0, -1.0, 0.0, 1.0, 40.0]
import math


def kernel(x):
    if x > 30:
        return x
    return math.log1p(math.exp(x))
