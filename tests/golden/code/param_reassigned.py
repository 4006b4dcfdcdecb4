# types: f4,i4
# run: [1.5, -2.5], [3, 4]
def kernel(x, n):
    x = x + n
    n = n * 2
    x *= n
    return x
