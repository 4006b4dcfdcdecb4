# types: i8,i4
# run: [0, 1, 5, -2], [1, 2, 3, 4]
def kernel(n, step):
    total = 0
    for i in range(0, n * 3, step):
        total += i
    return total
