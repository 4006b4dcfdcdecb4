def kernel(x, mode="fast", table=(1, 2)):
    return x
