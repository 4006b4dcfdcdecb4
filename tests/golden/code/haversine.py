# types: f8,f8,f8,f8
# ulp: 8
# run: [52.5, 0.0], [13.4, 0.0], [48.9, 45.0], [2.35, 90.0]
import numpy as np

EARTH = 6371.0


def kernel(lat1, lon1, lat2, lon2):
    """Kilometres between two places given in degrees."""
    to_radians = np.pi / 180
    dlat = (lat2 - lat1) * to_radians
    dlon = (lon2 - lon1) * to_radians
    a = np.sin(dlat / 2) ** 2 + np.cos(lat1 * to_radians) * np.cos(lat2 * to_radians) * np.sin(dlon / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(a))
