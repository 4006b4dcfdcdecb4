# signature: (m,n)->()
# types: f8
def kernel(x):
    a = x[1.0, 0] + x[0, True]
    return a + x[0, 0, 0]
