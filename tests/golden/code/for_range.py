# types: f8,int
# run: [1.0, 0.5, -2.0], 4
# run: [1.0, 0.5, -2.0], 0
def kernel(x, n):
    total = 0.0
    for i in range(n):
        total += x**2 / (i + 1)
    return total
