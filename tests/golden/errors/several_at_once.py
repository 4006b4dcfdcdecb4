def kernel(x, *more):
    import os
    y = "a" + x
    for i in x:
        pass
    if x is None:
        return
    x.y = undefined
    return z
