# types: f4
# run: [3e38, -3e38, 1e-38, 1e-45]
def kernel(x):
    return x * 10, x * 1e-3, x * x, x / 3e38
