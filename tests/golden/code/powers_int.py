# types: i8,u2
# run: [3, -3, 2, 10], [4, 3, 62, 0]
def kernel(x, n):
    return x**n, x**2, x**5, -(x**2), n**2
