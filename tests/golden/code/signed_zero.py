# types: f8
# run: [0.0, -0.0, 1.0, -1.0]
def kernel(x):
    return -x, 0.0 - x, x * -1.0, x + -0.0, x - 0.0, abs(x)
