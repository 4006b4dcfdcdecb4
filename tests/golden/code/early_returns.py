# types: f8,f8
# run: [-1.0, 1.0, 1.0, 20.0, nan], [0.0, 5.0, -5.0, 1.0, 2.0]
def kernel(x, y):
    if x < 0:
        return 0.0
    if y < 0:
        if x > 10:
            return x
        return y
    z = x + y
    if z > 10:
        return z * 2
    return z
