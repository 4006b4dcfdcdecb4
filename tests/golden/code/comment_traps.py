# The source lines that C shows may not end its comments, continue them or be trigraphs.
# types: f8
# run: [1.0, 2.0]
def kernel(x):
    y = x * 2  # */ int main(void) { return 1; } /*
    z = y + \
        1  # ends in a backslash \
    return z - y  # ??/ ??)
