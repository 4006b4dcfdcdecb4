def kernel(x):
    while x > 0:
        return x
