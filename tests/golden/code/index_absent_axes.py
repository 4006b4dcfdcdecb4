# types: i4
# ndim: 2
# run: [[1, 2], [3, 4]]
def kernel(x):
    return x + _i5, _n7, _n0 * _n1, _ndim
