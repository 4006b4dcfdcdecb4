# dsl
# me:fp=exact
def kernel(x):
    return x
