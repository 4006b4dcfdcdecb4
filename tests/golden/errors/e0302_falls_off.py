def kernel(x):
    if x > 0:
        return 1.0
    elif x < 0:
        return -1.0
