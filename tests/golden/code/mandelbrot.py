# types: f8,f8,int
# run: [0.0, -2.0, 0.3, -0.75], [0.0, 0.5, 0.5, 0.1], 50
def kernel(cr, ci, limit=200):
    x = y = 0.0
    for i in range(limit):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return limit
