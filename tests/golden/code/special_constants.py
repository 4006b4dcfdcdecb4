# types: f8
# run: [1.0, -0.0, nan, inf]
import math

NAN = math.nan
INF = float("inf")


def kernel(x):
    return x + NAN, x - INF, x * -0.0, -0.0 + x, 1e-320 * x, 1e400 if x > 0 else -1e400
