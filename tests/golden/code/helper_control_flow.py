# types: i8
# run: [0, 1, 7, 12]
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def largest(n, limit):
    for d in range(limit, 0, -1):
        if gcd(n, d) == d:
            return d
    return 0


def kernel(n):
    return largest(n, 6) + gcd(n, 18)
