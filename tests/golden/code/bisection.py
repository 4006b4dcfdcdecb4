# types: f8
# run: [2.0, 10.0, 0.5]
def f(v, a):
    return v * v * v - a


def kernel(a):
    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        if f(middle, a) > 0:
            high = middle
        else:
            low = middle
    return low
