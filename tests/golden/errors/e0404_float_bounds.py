# types: f8,i4
def kernel(x, n):
    total = 0.0
    for i in range(x):
        total += i
    for i in range(0, n, 0.5):
        total += i
    for i in range(n / 2):
        total += i
    return total
