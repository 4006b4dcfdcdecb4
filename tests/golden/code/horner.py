# types: f4
# run: [0.1, -1.5, 3.0]
def kernel(x):
    return (((0.5 * x - 0.25) * x + 3) * x - 1.0 / 3.0) * x + 1
