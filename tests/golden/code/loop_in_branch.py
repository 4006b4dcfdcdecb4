# types: f8,i8
# run: [1.0, -1.0, 2.0], [3, 3, 0]
def kernel(x, n):
    if x > 0:
        for i in range(n):
            x = x * 1.5
    else:
        while n > 0:
            x, n = x - 1, n - 1
    return x
