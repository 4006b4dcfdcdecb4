# types: i8
# run: [0, 1, 2, 3, 4, 5, 6, 7]
def kernel(n):
    r = 0
    if n & 1:
        if n & 2:
            if n & 4:
                r = 7
            else:
                r = 3
        elif n & 4:
            r = 5
        else:
            r = 1
    elif n & 2:
        r = 6 if n & 4 else 2
    else:
        r = 4 if n & 4 else 0
    return r * 10
