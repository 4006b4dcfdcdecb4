# types: i8,u8
# run: [0, -1, 1], [0, 1, 5]
def kernel(x, y):
    return x + 2000000000 * 2, x ^ -9223372036854775808, x + 9223372036854775807, y ^ 0xFFFFFFFFFFFFFFFF, 2**64 * 1.0 + x
