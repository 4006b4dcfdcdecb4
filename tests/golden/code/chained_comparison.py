# types: f8,i4
# run: [-1.0, 0.5, 2.0, nan, 1.0], [0, 1, 2, 3, 1]
def kernel(x, n):
    return 0 < x < 2, 0 <= n <= x <= 2, x == n == 1, not x == 1, x != x
