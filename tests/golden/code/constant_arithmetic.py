# Arithmetic of literals is Python's own, at any size.
# types: f8
# run: [1.0, 3.0]
def kernel(x):
    big = 10**30 // 10**28
    seconds = 60 * 60 * 24 * 365
    return x * big, x + seconds, x * (2**100 / 2**98), x + 7 // 2 - 7 % 4
