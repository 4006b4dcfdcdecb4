# types: f8,f8,i8,i8,f8
# run: [1.0, 2.0], [3.0, 4.0], [5, 6], [7, 8], [0.5, 0.25]
def kernel(int_, double, register, volatile, main):
    struct = double * main
    long = register + volatile
    void = struct - int_
    switch = long * 2
    const = void + switch
    goto = const if const > 3 else long
    return goto, switch
