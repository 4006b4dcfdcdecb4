# types: f8,f8,f8,float,float
# ulp: 64
# run: [100.0, 80.0], [95.0, 100.0], [1.0, 0.5], 0.02, 0.3
import math


def phi(v):
    return 0.5 * (1.0 + math.erf(v / math.sqrt(2.0)))


def kernel(s, k, t, r, sigma):
    d1 = (math.log(s / k) + (r + 0.5 * sigma**2) * t) / (sigma * math.sqrt(t))
    d2 = d1 - sigma * math.sqrt(t)
    return s * phi(d1) - k * math.exp(-r * t) * phi(d2)
