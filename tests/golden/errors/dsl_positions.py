# dsl
# types: f8
# A comment above the `def` moves the lines, and the text is shown as it was given.

def wave(x, k=1.0):
    r = x * k


    return r + amplitude * (k & 1)
