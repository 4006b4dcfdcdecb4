# types: ?,?
# run: [True, True, False, False], [True, False, True, False]
def kernel(p, q):
    return p + q, p * q, p & q, p ^ q, p | q, ~p
