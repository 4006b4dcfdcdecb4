# signature: (n),(n)->()
# types: f8,f8
def kernel(x, y):
    z = row = x
    if x[0] > 0:
        z = y
    for v in x:
        row = y
    w = x if y[0] > 0 else y
    return z[0] + w[0] + row[0]
