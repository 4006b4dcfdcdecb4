# types: f8
# run: [1.0, -0.0, nan, inf, -inf]
def kernel(x):
    return x * 0, x - x, x + 0, x / x, x == x, 0 - x, x * 1, x / 1
