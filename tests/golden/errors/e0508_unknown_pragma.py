# dsl
# me:speed=high
def kernel(x):
    return x
