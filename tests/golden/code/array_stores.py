# signature: (n)->(4),()
# types: i4
# run: [1, 2, 3, 5, 8, 13, -1]
# run: [[1, 2], [3, 4], [7, 7]]
def kernel(x, counts, largest):
    seen = [0] * 4
    for value in x:
        seen[value % 4] += 1.0
    for k, count in enumerate(seen):
        counts[k] = count
    largest[0] = max(x) + 0.0
