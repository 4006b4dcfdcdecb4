def kernel(x):
    y = undefined_name + x
    z = undefinde_function(x)
    return y + np.sin(z)
