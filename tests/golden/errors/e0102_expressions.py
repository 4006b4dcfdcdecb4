def kernel(x):
    a = [x, 1]
    b = {1: x}
    c = x[0]
    d = lambda y: y
    e = [i for i in range(3)]
    f = {x}
    g = f"{x}"
    return x.real + a[0]
