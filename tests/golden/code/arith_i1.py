# int8 wraps before it widens.
# types: i1,i1
# run: [127, -128, 100, -7], [1, -1, 100, 3]
def kernel(x, y):
    return x * y + x - y, -x, abs(x)
