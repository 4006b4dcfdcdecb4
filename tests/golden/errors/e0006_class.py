class kernel:
    def __call__(self, x):
        return x
