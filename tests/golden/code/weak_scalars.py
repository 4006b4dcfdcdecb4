# Python scalars give way to the arrays they meet.
# types: f4,float,int,bool
# run: [0.1, 3.0], 0.1, 3, True
def kernel(x, a, n, flag):
    return x * a + n - flag, a * n, a + flag, n + flag
