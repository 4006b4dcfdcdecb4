def kernel(x):
    total += x
    y = late
    late = x
    return y
