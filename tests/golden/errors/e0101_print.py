# A call of print computes nothing an array could hold.
def kernel(x):
    print(x)
    return x
