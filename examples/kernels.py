"""The kernels of the demo.  Look at one with `iris-cc dump examples/kernels.py:haversine --stage c`."""

import numpy as np

import iris_cc

EARTH_RADIUS = 6371.0088  # km, the mean radius


@iris_cc.kernel(fallback="silent")
def haversine(lat1, lon1, lat2, lon2):
    """Great-circle distance in kilometres; angles in radians.  Right for equal points and across the antimeridian."""
    sin_lat = np.sin((lat2 - lat1) / 2)
    sin_lon = np.sin((lon2 - lon1) / 2)
    a = sin_lat * sin_lat + np.cos(lat1) * np.cos(lat2) * sin_lon * sin_lon
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(min(a, 1.0)))


@iris_cc.kernel(fallback="silent")
def mandelbrot(cr, ci, limit=400):
    """Smooth escape time of a point of the plane; `limit` where it stays."""
    x = y = 0.0
    for i in range(limit):
        xx, yy = x * x, y * y
        if xx + yy > 256.0:
            return i + 4.0 - np.log2(np.log2(xx + yy))
        x, y = xx - yy + cr, 2.0 * x * y + ci
    return float(limit)
