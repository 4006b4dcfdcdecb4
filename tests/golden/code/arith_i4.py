# types: i4,i4
# run: [2147483647, -2147483648, 17, -17], [1, -1, 5, 5]
def kernel(x, y):
    return x + y, x - y, x * y, x & y, x | y, x ^ y, ~x
