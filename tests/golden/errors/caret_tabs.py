def kernel(x):
	if x > 0:
		y = x	+	missing
	return y
