# types: u4
# run: [0, 1, 2, 3, 4294967295, 2147483648, 12345]
def kernel(x):
    count = x - ((x >> 1) & 0x55555555)
    count = (count & 0x33333333) + ((count >> 2) & 0x33333333)
    count = (((count + (count >> 4)) & 0x0F0F0F0F) * 0x01010101) >> 24
    lowest = x & (~x + 1)
    power_of_two = x != 0 and x & (x - 1) == 0
    return count, lowest, power_of_two
