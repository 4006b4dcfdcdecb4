# types: f8
# run: [2.0, 9.0, 0.25, 1e10]
def kernel(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x
