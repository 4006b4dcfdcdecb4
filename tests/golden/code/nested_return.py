# types: i8,i8
# run: [4, 0, 9, 3], [6, 1, 200, 0]
def kernel(n, target):
    for i in range(n):
        j = 0
        while j < n:
            if i * j == target:
                return i
            if j > 6:
                break
            j += 1
        else:
            if i == 7:
                return -7
    return -1
