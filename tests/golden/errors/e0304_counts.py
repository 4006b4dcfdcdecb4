def kernel(x):
    if x > 0:
        return x, 1
    if x < -5:
        return x, 1, 2
    return (x, 1) if x else x
