kernel = lambda x: x + 1
