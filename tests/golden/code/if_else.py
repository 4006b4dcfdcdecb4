# types: f8
# run: [-1.0, 0.0, 2.0, nan, -0.0]
def kernel(x):
    if x < 0:
        y = -x
    elif x == 0:
        y = 1.0
    else:
        y = x * x
    return y
