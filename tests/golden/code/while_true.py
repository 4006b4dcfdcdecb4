# types: i8
# run: [1, 6, 27, 2]
def kernel(n):
    steps = 0
    while True:
        if n <= 1:
            return steps
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
        if steps >= 50:
            break
    return -1
