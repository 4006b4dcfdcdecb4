# types: i4,f4
# run: [16777217, -1, 3], [16777216.0, -1.0, nan]
def kernel(n, x):
    return n == x, n < x, n > 2.5, x <= 3
