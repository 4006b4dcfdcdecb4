# types: i8
# run: [1, 2, 3, 27, 97]
def kernel(n):
    steps = 0
    while n != 1:
        if n % 2:
            n = 3 * n + 1
        else:
            n //= 2
        steps += 1
    return steps
