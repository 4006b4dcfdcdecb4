# types: f8,f4
# run: [0.5, -1.0, 2.5, 8.0, 0.0], [3.0, 3.0, 9.5, 8.0, -2.0]
def kernel(a, b):
    n = 0.0
    while a < b:
        a = a + 1.0
        b -= 0.25
        n += 1.0
    return a, b, n
