# signature: (n),()->(n)
# types: f8,i8
def kernel(x, k):
    import_like = np.zeros(3, dtype=x[0])
    rows = [0.0, 1.0] * 3
    part = x[::k]
    w = (1.0, (2.0, 3.0))
    return w[k] + part[0] + import_like[0] + rows[0]


import numpy as np
