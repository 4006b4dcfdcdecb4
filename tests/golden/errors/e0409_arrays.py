# signature: (n)->()
# types: f8
def kernel(x):
    total = x + 1
    if x:
        total += abs(x)
    x += 1
    return x
