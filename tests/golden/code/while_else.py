# types: f8
# run: [100.0, 0.5, 1e30, nan]
def kernel(x):
    n = 0
    while x > 1:
        x = x / 2
        n += 1
        if n > 20:
            result = -1
            break
    else:
        result = n
    return result, x
