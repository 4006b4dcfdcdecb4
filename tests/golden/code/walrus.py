# types: f8
# run: [0.5, 2.0, -3.0, nan]
def kernel(x):
    if (y := x * x) > 1 and (z := y + 1) > 4:
        return y + z
    (w := y - 1)
    while (w := w + 1) < 3:
        pass
    return w
