# types: i4,i4
# run: [1, -1, 5, 5, 5], [4, 3, 31, 32, -1]
def kernel(x, n):
    return x << n, x >> n, x << 3, x >> 1
