# types: f8,i8
# run: [1.0, -1.0, nan], [2, 3, 4]
def kernel(x, n):
    return x if x > 0 else n, (1 if x > 0 else 2) if n > 2 else 3, -n if n % 2 else n
