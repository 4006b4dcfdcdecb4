# types: i8
def kernel(x):
    return x + 2**70
