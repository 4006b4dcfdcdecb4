# types: f8
# run: [1.0, nan]
def kernel(x):
    return 42, 2.5, True, x
