# types: f8
# ulp: 4
# run: [0.5, 1.5, -0.5]
import math


def kernel(x):
    return math.erf(x), math.erfc(x), math.expm1(x), math.atan(x), math.cosh(x), math.asinh(x)
