def kernel(x):
    if x > 0:
        return
    if x < -1:
        return None
    if x < -2:
        return ()
    return x
