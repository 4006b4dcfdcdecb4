def kernel(n):
    return 1 if n < 2 else n * kernel(n - 1)
