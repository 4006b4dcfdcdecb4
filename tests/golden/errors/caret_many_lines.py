def kernel(x):
    return abs(
        x
        + [1,
           2]
    )
