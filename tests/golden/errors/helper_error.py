def broken(v):
    while v > 0:
        print(v)
        w = [v]
    return w


def middle(v):
    return broken(v) + 1


def kernel(x):
    return middle(x)
