# signature: (n),(n)->()
# types: f8,f8
# run: [1.0, 2.5, -3.0], [4.0, nan, 6.0]
# run: [[1.0, 2.5, -3.0], [0.5, 0.25, 8.0]], [4.0, 5.0, 6.0]
def kernel(x, y):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * y[i]
    return total
