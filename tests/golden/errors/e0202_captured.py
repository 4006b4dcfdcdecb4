import math

TABLE = [1, 2, 3]
WORDS = {"a": 1}
NAME = "text"
COMPLEX = 2j


def kernel(x):
    return x + TABLE + WORDS + NAME + COMPLEX + math + math.sin + abs
