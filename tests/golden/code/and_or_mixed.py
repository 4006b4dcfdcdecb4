# types: i4,f4
# run: [0, 1, 2], [0.0, 2.5, -1.5]
def kernel(n, x):
    return n and x, n or x, n and 3, 0 or x
