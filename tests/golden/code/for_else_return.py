# types: i8
# run: [0, 3, 100]
def kernel(n):
    for i in range(10):
        if i * i > n:
            return i
        if i == 8:
            break
    else:
        return -1
    return -2
