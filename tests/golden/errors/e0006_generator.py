def kernel(x):
    yield x
