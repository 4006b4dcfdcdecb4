# types: i8
# run: [0, 1, 4, 9]
def kernel(n):
    total = 0
    for i in range(n):
        for j in range(i, n):
            if j == 5:
                break
            if (i + j) % 2:
                continue
            total += i * j
        else:
            total += 100
            continue
        total -= 1
    return total
