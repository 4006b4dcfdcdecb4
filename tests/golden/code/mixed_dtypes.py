# types: i1,u4,f4,f8
# run: [-1, 5], [1, 4294967295], [0.1, 2.5], [1e-3, 7.0]
def kernel(a, b, c, d):
    return a + b, a * c, b * c, c + d, b + d
