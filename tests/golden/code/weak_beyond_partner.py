# A literal too large for its partner joins as int64.
# types: i1
# run: [1, -1, 127]
# result: i8
def kernel(x):
    if x > 0:
        return x
    return 300
