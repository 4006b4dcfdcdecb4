# signature: (n)->(n),()
# types: f8
def kernel(x):
    if x[0] > 0:
        return x[0], 1.0
    if x[1] > 0:
        return x, x
    return x
