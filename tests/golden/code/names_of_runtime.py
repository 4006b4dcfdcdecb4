# types: f8,i8
# run: [1.5, 2.5], [3, 4]
def kernel(args, count):
    iris_kernel = args * count
    out0 = iris_kernel + 1
    t1 = out0 * 2
    k = t1 - args
    x_step = k + count
    return x_step, out0
