def kernel(x):
    y = x + 1
