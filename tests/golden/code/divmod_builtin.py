# types: f8,i4
# run: [7.5, -7.5], [2, -3]
def kernel(x, n):
    q, r = divmod(x, 2)
    a, b = divmod(n, 7)
    return q, r, a, b
