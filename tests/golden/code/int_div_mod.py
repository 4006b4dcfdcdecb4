# types: i4,i4
# run: [7, -7, 7, -7, -2147483648], [2, 2, -2, -2, -1]
def kernel(x, y):
    return x // y, x % y, x / y
