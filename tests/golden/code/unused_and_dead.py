# types: f8,f8
# run: [1.0, 2.0], [3.0, 4.0]
def kernel(x, y):
    unused = y * 100
    for i in range(10):
        unused = unused + i
    if False:
        return y
    dead = 1 / x if x else 0
    return x + 0.5
