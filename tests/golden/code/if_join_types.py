# types: i4,f4
# run: [3, -3, 0], [0.5, 1.5, 2.5]
def kernel(n, x):
    if n > 0:
        r = n
    else:
        r = x
    return r * 2
