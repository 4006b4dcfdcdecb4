# dsl
# types: f8
# ndim: 1
# run: [1.0, 2.0, 3.0, 4.0]
def ramp(a, step=2):
    b = a + _i0 * step
    return b if _i0 % 2 else -b
