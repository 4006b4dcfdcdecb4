# types: i8
# run: [13, -13, 0]
def kernel(x):
    a = x
    a += 3
    a -= 1
    a *= 2
    a //= 3
    a %= 7
    a <<= 2
    a |= 1
    a ^= 6
    a &= 61
    a >>= 1
    a **= 2
    return a
