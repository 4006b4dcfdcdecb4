"""The two pictures of the demo: light added up on a dark ground, and a palette for escape times."""

from pathlib import Path

import numpy as np
import png

WIDTH, HEIGHT = 1200, 600
NEAR, FAR = 10.0, 1000.0  # km: the ends of the colour scale
STOPS = np.array([[60, 140, 255], [70, 225, 215], [190, 235, 90], [255, 190, 50], [255, 70, 60]]) / 255


def beacon_map(path: Path, lat: np.ndarray, lon: np.ndarray, nearest: np.ndarray, distance: np.ndarray) -> None:
    """Every beacon at its place, with the great circle to its nearest neighbour, coloured by that distance."""
    light = np.zeros((HEIGHT, WIDTH, 3))
    _graticule(light)
    color = scale_color(distance)
    for share, part in zip(np.linspace(0, 1, 257), _great_circles(lat, lon, nearest, 257), strict=True):
        # a long line has its light spread over more pixels, so that it stays visible but thin
        strength = np.minimum(distance / 20_000, 0.05) + 0.004
        _splat(light, *part, color * (strength * (1.5 - share))[:, None])
    for radius, strength in ((0, 0.9), (1, 0.35), (2, 0.08)):
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                if max(abs(dx), abs(dy)) == radius:
                    x, y = _pixels(lat, lon)
                    _splat_at(light, x + dx, y + dy, color * strength)
    _legend(light)
    ground = np.array([9, 13, 24]) / 255
    shown = ground + (1 - ground) * (1 - np.exp(-1.6 * light))
    png.write(path, (np.clip(shown, 0, 1) * 255).round().astype(np.uint8))


def mandelbrot_picture(path: Path, escape: np.ndarray, limit: int) -> None:
    """Escape times in 255 cyclic colours; what stays is black."""
    inside = escape >= limit
    cycle = np.log2(np.maximum(escape, 0.0) + 1.0) * 0.36
    index = (np.mod(cycle - cycle.min(), 1.0) * 254).astype(np.uint8) + np.uint8(1)
    index[inside] = 0
    at = np.linspace(0, 1, 255)[:, None]
    # blue, white, gold, dark: a closed curve through four colours
    points = np.array(
        [[0.02, 0.03, 0.20], [0.13, 0.42, 0.80], [0.93, 1.00, 1.00], [1.00, 0.67, 0.00], [0.30, 0.05, 0.02]]
    )
    place = (at * len(points)) % len(points)
    low = place.astype(int)[:, 0]
    share = (1 - np.cos((place - place.astype(int)) * np.pi)) / 2
    colors = points[low] * (1 - share) + points[(low + 1) % len(points)] * share
    palette = np.vstack([np.zeros((1, 3)), colors])
    png.write(path, index, (palette * 255).round().astype(np.uint8))


def scale_color(distance: np.ndarray) -> np.ndarray:
    """The colour of a distance, on a logarithmic scale from NEAR to FAR."""
    place = np.log(np.clip(distance, NEAR, FAR) / NEAR) / np.log(FAR / NEAR)
    at = place * (len(STOPS) - 1)
    low = np.minimum(at.astype(int), len(STOPS) - 2)
    share = (at - low)[:, None]
    return STOPS[low] * (1 - share) + STOPS[low + 1] * share


def _pixels(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Equirectangular; a longitude past the edge comes back on the other side."""
    return (lon + 180) / 360 * WIDTH - 0.5, (90 - lat) / 180 * HEIGHT - 0.5


def _great_circles(
    lat: np.ndarray, lon: np.ndarray, other: np.ndarray, steps: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    phi, lam = np.radians(lat), np.radians(lon)
    start = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    end = start[:, other]
    parts = []
    for share in np.linspace(0, 1, steps):
        x, y, z = start * (1 - share) + end * share
        parts.append((np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))))
    return parts


def _splat(light: np.ndarray, lat: np.ndarray, lon: np.ndarray, color: np.ndarray) -> None:
    _splat_at(light, *_pixels(lat, lon), color)


def _splat_at(light: np.ndarray, x: np.ndarray, y: np.ndarray, color: np.ndarray) -> None:
    """Add light at places between pixels, shared out to the four around."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        weight = (1 - np.abs(x - left - dx)) * (1 - np.abs(y - top - dy))
        row = np.clip(top + dy, 0, HEIGHT - 1)
        np.add.at(light, (row, (left + dx) % WIDTH), color * weight[:, None])


def _graticule(light: np.ndarray) -> None:
    for step in range(30, 180, 30):
        light[round(step / 180 * HEIGHT)] += 0.035
    for step in range(0, 360, 30):
        light[:, round(step / 360 * WIDTH)] += 0.035


_DIGITS = {
    "0": "111101101101111", "1": "010110010010111", " ": "000000000000000",
    "k": "101101110101101", "m": "000110111111101",
}  # fmt: skip


def _legend(light: np.ndarray) -> None:
    """A bar of colours in the lower left, with 10, 100 and 1000 km below."""
    left, top, width, height = 40, HEIGHT - 60, 300, 10
    scale = NEAR * (FAR / NEAR) ** np.linspace(0, 1, width)
    light[top : top + height, left : left + width] = scale_color(scale) * 0.8
    for text, place in (("10", 0.0), ("100", 0.5), ("1000 km", 1.0)):
        _text(light, text, left + round(place * width) - (0 if place == 0 else 8), top + height + 8)


def _text(light: np.ndarray, text: str, x: int, y: int) -> None:
    for number, letter in enumerate(text):
        shape = np.array(list(map(int, _DIGITS[letter])), float).reshape(5, 3).repeat(3, 0).repeat(3, 1)
        light[y : y + 15, x + 12 * number : x + 12 * number + 9] += shape[:, :, None] * 0.5
