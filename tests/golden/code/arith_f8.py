# types: f8,f8
# run: [1.5, -2.0, 1e308, nan, -0.0], [2.25, 3.0, 10.0, 1.0, 0.0]
def kernel(x, y):
    return x + y * 2.0 - x / y - -y
