# types:
# ndim: 2
# shape: 3,4
# run:
def kernel():
    return _i0 * 10 + _i1, 1.0 / (_i0 + _i1 + 1)
