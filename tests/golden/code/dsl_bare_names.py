# dsl
# types: f8,f8
# ulp: 2
# run: [0.5, 0.25], [2.0, 3.0]
def wave(x, y):
    r = sqrt(x * x + y * y)
    return where(r > 2, sin(r), arctan2(y, x)) + expm1(x) + pi
