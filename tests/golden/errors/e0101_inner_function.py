def kernel(x):
    def inner(y):
        return y + 1

    class Thing:
        pass

    return inner(x)
