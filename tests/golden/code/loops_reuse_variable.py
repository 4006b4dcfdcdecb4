# types: i4
# run: [2, -2, 5]
def kernel(x):
    s = 0
    for i in range(3):
        s += x * i
    for i in range(5, 0, -1):
        s -= i
    return s, i
