"""What a spawned child runs."""

from __future__ import annotations

import numpy as np

import iris_cc


def call(number: int) -> bool:
    iris_cc.set_num_threads(number)
    kernel = iris_cc.kernel("def f(x): return sqrt(x / (x + 1.0)) * x", fallback="error")
    x = np.linspace(0, 1, 300_000)
    results = {kernel(x).tobytes() for _ in range(4)}
    return len(results) == 1 and iris_cc.get_num_threads() == number
