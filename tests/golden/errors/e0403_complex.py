# types: c16
def kernel(x):
    return x + 1
