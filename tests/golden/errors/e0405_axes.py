def kernel(x):
    return x + _i8 + _n9 + _i12
