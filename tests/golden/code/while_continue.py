# types: i8
# run: [10, 0, -4, 31]
def kernel(n):
    total = 0
    while n > 0:
        n -= 1
        if n % 3 == 0:
            continue
        if n == 20:
            break
        total += n
    return total
