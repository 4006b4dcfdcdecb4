# signature: (m,n),()->(n),(),()
# types: f8,i8
# run: [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]], -1
# run: [[[1.0, 2.0], [5.0, 6.0]]], [[0], [1]]
import numpy as np

WEIGHTS = (0.25, 0.5, 0.25)


def norm(row):
    return sum(v * v for v in row if v > 1) ** 0.5


def kernel(x, k):
    rows, columns = x.shape
    out = np.zeros_like(x[0])
    for j in range(columns):
        for i, w in enumerate(WEIGHTS):
            if i < rows:
                out[j] += w * x[i, j]
    last = x[k][::-1]
    pairs = [a * b for a, b in zip(last, reversed(last))]
    return out, norm(x[-1]) + pairs[0], any(v > 7 for v in last) or 3.0 in last
