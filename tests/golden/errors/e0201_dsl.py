# dsl
def kernel(x):
    return sine(x) + numpy.sin(x) + scipy.special.erf(x)
