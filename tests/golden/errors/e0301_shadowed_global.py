SCALE = 2.0


def kernel(x):
    if x > 0:
        SCALE = 3.0
    return x * SCALE
