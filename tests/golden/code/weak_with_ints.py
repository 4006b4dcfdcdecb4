# types: i2,int,float
# run: [7, -7, 32767], 3, 0.5
def kernel(x, n, a):
    return x + n, x * a, x // n, x % n, x / n
