# dsl
# me:fp=contract
# types: f8,f8
# ulp: 4
# run: [1.1, 2.3], [3.7, 4.9]
def fused(x, y):
    return x * y + x
