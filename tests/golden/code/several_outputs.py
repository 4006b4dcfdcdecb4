# types: f8,i4
# run: [1.5, -2.5, nan], [1, 2, 3]
def kernel(x, n):
    if x > 0:
        return x, n, x > n
    return n, 0, False
