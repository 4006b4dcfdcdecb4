# types: i8,i8
# run: [1, 5, 0], [2, 8, 7]
def kernel(a, b):
    for _ in range(5):
        a, b = b, a + b
    x, (y, z) = a, (b, a - b)
    x, y, z = z, x, y
    return x, y, z
