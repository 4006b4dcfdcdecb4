# types: f4
# run: [0.1, 2.0, nan]
import math

SCALE = 0.1
COUNT = 3
FLAG = True


def kernel(x):
    if FLAG:
        return x * SCALE + COUNT + math.pi
    return x
