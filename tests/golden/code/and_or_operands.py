# `and` and `or` return an operand.
# types: f8,f8
# run: [0.0, -0.0, 2.0, nan], [3.0, 4.0, 0.0, 1.0]
def kernel(x, y):
    return x and y, x or y, not x, x and y or 7.0, (x > 1 or y > 3) and x
