# types: u4,u4
# run: [7, 4294967295, 5, 0], [2, 10, 0, 3]
def kernel(x, y):
    return x // y, x % y
