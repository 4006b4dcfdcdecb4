# The loop variable keeps its last value, and assigning it changes no iteration.
# types: i8
# run: [1, 5, -3]
def kernel(x):
    count = 0
    for i in range(7):
        count += 1
        i = i * 10 + x
    return i, count
