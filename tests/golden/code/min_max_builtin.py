# Python's: nan stays where it is first.
# types: f8,f8
# run: [nan, 1.0, 2.0, -0.0], [1.0, nan, 3.0, 0.0]
def kernel(x, y):
    return min(x, y), max(x, y), min(x, y, 1.5), max(x, 0.5)
