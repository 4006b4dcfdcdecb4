def kernel(x):
    x[0] = 1
    x.real = 2
    a, *b = x, x
    (c, x.imag) = 1, 2
    for i, j in range(3):
        pass
    return x
