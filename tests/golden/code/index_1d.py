# types: f8
# ndim: 1
# run: [1.0, 2.0, 3.0]
def kernel(x):
    return x * _i0 + _n0, _ndim, _flat_idx
