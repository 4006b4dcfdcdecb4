# types: i8,i8
# run: [0, 3, 10, -5], [10, -10, 10, 6]
def kernel(a, b):
    up = 0
    for i in range(a, b, 3):
        up += i
    down = 0
    for i in range(b, a, -2):
        down = down * 3 + i
    return up, down
