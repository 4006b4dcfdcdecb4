def kernel(x):
    if x > 0:
        y = 1.0
    for i in range(int(x)):
        z = i
    while x > 1:
        w = x
        x = x - 1
    return y + z + w + i
