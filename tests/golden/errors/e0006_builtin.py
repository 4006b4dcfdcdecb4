kernel = abs
