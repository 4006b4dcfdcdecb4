# types: u1,u1
# run: [255, 1, 128], [1, 7, 8]
def kernel(x, n):
    return x << n, x >> n, x << 1, ~x
