import time

import numpy as np


class Thing:
    def method(self, x):
        return x


THING = Thing()


def kernel(x):
    return len(x) + time.time() + np.sum(x) + THING.method(x) + Thing(x) + sorted(x) + (x + 1)(2) + x.sum()
