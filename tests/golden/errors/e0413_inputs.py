# signature: (n)->(n)
# types: f8
def kernel(x):
    x[0] = 1.0
    return x
