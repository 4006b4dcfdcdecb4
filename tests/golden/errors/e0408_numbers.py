# signature: (n),()->()
# types: f8,f8
def kernel(x, y):
    return len(y) + sum(y) + x[0][1] + y.size
