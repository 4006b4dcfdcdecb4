def kernel(x):
    import math
    global y
    try:
        y = x
    except ValueError:
        y = 0
    with x:
        pass
    del x
    raise ValueError
    assert x > 0
    return y
