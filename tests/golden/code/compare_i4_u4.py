# types: i4,u4
# run: [-1, 1, 0], [1, 4294967295, 0]
def kernel(a, b):
    return a < b, a <= b, a > b, a >= b, a == b, a != b
