# types: f8
# run: [1.5, -2.0]
OFFSET = 10


def scale(v, by=2, plus=OFFSET):
    return v * by + plus


def kernel(x):
    return scale(x) + scale(x, 3) + scale(plus=1, v=x) + scale(x, by=0.5)
