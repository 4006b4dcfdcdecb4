# Every operation rounds to float32, constants too.
# types: f4,f4
# run: [1.1, -2.3, 3e38, nan], [0.1, 3.7, 10.0, 1.0]
def kernel(x, y):
    return x * 0.1 + y / 3 - x * y
