# types: i8
# run: [2, 3, 4, 25, 97, 1]
def kernel(n):
    for d in range(2, 20):
        if d < n and n % d == 0:
            found = d
            break
    else:
        found = 0
    return found
