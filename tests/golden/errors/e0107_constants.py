def kernel(x):
    a = "text"
    b = b"bytes"
    c = None
    d = 2j
    e = 0x1FFFFFFFFFFFFFFFF
    return x + ...
