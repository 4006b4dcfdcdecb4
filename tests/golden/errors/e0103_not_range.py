def kernel(x):
    total = 0
    for i in [1, 2, 3]:
        total += i
    for i in x:
        total += i
    for i in enumerate(range(3)):
        total += i
    return total
