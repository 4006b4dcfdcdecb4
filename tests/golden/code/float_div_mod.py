# types: f8,f8
# run: [7.5, -7.5, 7.5, -7.5, 1.0, nan, inf, -0.0, 5.0], [2.0, 2.0, -2.0, -2.0, 0.0, 1.0, 2.0, 3.0, inf]
def kernel(x, y):
    return x // y, x % y, x / y
