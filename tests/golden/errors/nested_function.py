def outer(scale):
    table = [1, 2]

    def inner(x):
            return x * scale + table + nowhere

    return inner


kernel = outer(2.0)
