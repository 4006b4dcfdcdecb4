# types: ?,i4,f8
# run: [True, False], [5, 6], [0.5, 1.5]
def kernel(p, n, x):
    return p * n, p + x, (n > 5) + (x > 1), not p, p == (n > 5), p and n > 5
