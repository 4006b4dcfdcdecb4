# types: f8,f8
# ulp: 2
# run: [0.5, 1.0], [2.0, 3.0]
import math


def kernel(sin, exp):
    pow = math.sin(sin)
    fma = math.exp(exp)
    y1 = pow * fma
    errno = y1 + math.sqrt(exp)
    stdin = errno - sin
    return stdin
