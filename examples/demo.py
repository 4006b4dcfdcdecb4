"""The main job on real input: all great-circle distances between 3 653 radio beacons, and a Mandelbrot picture.

    make demo        or        python examples/demo.py

Each kernel runs compiled, interpreted (the kill switch on) and against plain NumPy; the answers must agree.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pictures
from kernels import EARTH_RADIUS, haversine, mandelbrot

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
SIZE = (640, 960)
LIMIT = 400


def main() -> None:
    """Both jobs."""
    OUT.mkdir(exist_ok=True)
    beacons()
    print()
    fractal()


# -- the beacons -----------------------------------------------------------------------------------------------------


def beacons() -> None:
    """Distances of all pairs, nearest neighbours, a map."""
    rows = read_beacons()
    lat = np.array([float(row["latitude_deg"]) for row in rows])
    lon = np.array([float(row["longitude_deg"]) for row in rows])
    phi, lam = np.radians(lat), np.radians(lon)
    pairs = (phi[:, None], lam[:, None], phi, lam)
    print(f"{len(rows):,} radio beacons, {len(rows) ** 2:,} great-circle distances")
    compile_now(haversine, "f8", "f8", "f8", "f8")
    distance = compare(haversine, plain_haversine, pairs)
    check_haversine()
    np.fill_diagonal(distance, np.inf)  # a beacon is not its own neighbour
    nearest = distance.argmin(axis=1)
    shortest = distance[np.arange(len(rows)), nearest]
    tell_neighbours(rows, distance, nearest, shortest)
    pictures.beacon_map(OUT / "beacons.png", lat, lon, nearest, shortest)
    print(f"  picture     {OUT / 'beacons.png'}")


def read_beacons() -> list[dict[str, str]]:
    """The rows of the table, one beacon each."""
    with (HERE / "data" / "navaids.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_haversine(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    """The same formula as array expressions, as one writes it with NumPy alone."""
    a = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(a, 1.0)))


def check_haversine() -> None:
    """Distances everybody knows: equal points, a quarter and half of the way round, the antimeridian, the poles."""
    right, half = np.pi / 2, np.pi * EARTH_RADIUS
    one = np.radians(1.0)
    cases = [
        ((0.3, 0.2, 0.3, 0.2), 0.0),
        ((0.0, 0.0, 0.0, right), half / 2),
        ((0.0, 0.0, 0.0, np.pi), half),
        ((0.0, np.pi - one, 0.0, -np.pi + one), 2 * one * EARTH_RADIUS),
        ((right, 0.0, right, 2.0), 0.0),
        ((right, 0.0, -right, 2.0), half),
    ]
    for angles, expected in cases:
        assert abs(haversine(*angles) - expected) < 1e-6, (angles, expected)


def tell_neighbours(
    rows: list[dict[str, str]], distance: np.ndarray, nearest: np.ndarray, shortest: np.ndarray
) -> None:
    """The five closest pairs at different places, and the five beacons farthest from any other."""
    print("  the closest pairs:")
    order = np.argpartition(distance, 12, axis=None)[:12]
    first, second = (place[np.argsort(distance.flat[order])] for place in np.divmod(order, len(rows)))
    for i, j in [(i, j) for i, j in zip(first, second, strict=True) if i < j][:5]:
        print(f"    {distance[i, j] * 1000:8.1f} m   {label(rows[i])} - {label(rows[j])}")
    print("  the loneliest:")
    for i in np.argsort(shortest)[::-1][:5]:
        print(f"    {shortest[i]:8.1f} km  {label(rows[i])}, nearest {label(rows[nearest[i]])}")


def label(row: dict[str, str]) -> str:
    """A beacon in a few words."""
    return f"{row['ident']} {row['name']} ({row['country']})"


# -- the picture -------------------------------------------------------------------------------------------------------


def fractal() -> None:
    """The Mandelbrot set, with smooth colours."""
    height, width = SIZE
    cr = np.linspace(-2.35, 0.95, width)
    ci = np.linspace(1.1, -1.1, height)[:, None]
    print(f"Mandelbrot set, {width} x {height} points, at most {LIMIT} iterations")
    compile_now(mandelbrot, "f8", "f8", int)
    escape = compare(mandelbrot, plain_mandelbrot, (cr, ci, LIMIT))
    pictures.mandelbrot_picture(OUT / "mandelbrot.png", escape, LIMIT)
    print(f"  picture     {OUT / 'mandelbrot.png'}")


def plain_mandelbrot(cr: Any, ci: Any, limit: int) -> Any:
    """The usual way with NumPy: whole arrays per iteration, the escaped points taken out."""
    cr, ci = (each.ravel() for each in np.broadcast_arrays(cr, ci))
    shape, result = SIZE, np.full(cr.size, float(limit))
    place, x, y = np.arange(cr.size), np.zeros(cr.size), np.zeros(cr.size)
    for i in range(limit):
        xx, yy = x * x, y * y
        gone = xx + yy > 256.0
        result[place[gone]] = i + 4.0 - np.log2(np.log2((xx + yy)[gone]))
        stay = ~gone
        x, y, xx, yy, cr, ci, place = (each[stay] for each in (x, y, xx, yy, cr, ci, place))
        x, y = xx - yy + cr, 2.0 * x * y + ci
    return result.reshape(shape)


# -- routes ------------------------------------------------------------------------------------------------------------


def compile_now(kernel: Any, *types: Any) -> None:
    """Compile ahead of the call, and say what that took and where it lies."""
    started = time.perf_counter()
    found = kernel.compile(*types)
    took = time.perf_counter() - started
    print(f"  kernel      {kernel.__name__}: {found.route}, {found.cache}, {took * 1000:.0f} ms")
    if found.reason is not None:
        print(found.reason.render())
    if found.key is not None:
        print(f"  key         {found.key}")
    if found.artifact is not None:
        print(f"  C           {found.artifact.with_suffix('.c')}")


def compare(kernel: Any, plain: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    """The kernel's answer, after timing every route on the same operands and checking that they agree."""
    answer = timed(kernel.explain(*operands).route, lambda: kernel(*operands))
    os.environ["ME_DSL_JIT"] = "0"
    try:
        interpreted = timed("interpreted", lambda: kernel(*operands))
    finally:
        del os.environ["ME_DSL_JIT"]
    by_numpy = timed("numpy", lambda: plain(*operands))
    for name, other in (("interpreted", interpreted), ("numpy", by_numpy)):
        np.testing.assert_allclose(answer, other, rtol=1e-11, atol=1e-9, err_msg=name)
    worst = max(float(np.max(np.abs(answer - other))) for other in (interpreted, by_numpy))
    print(f"  agreement   the three answers differ by at most {worst:.1e}")
    return answer


def timed(name: str, call: Callable[[], Any]) -> Any:
    """The result of `call`, with its time printed."""
    started = time.perf_counter()
    result = call()
    print(f"  {name:<11} {time.perf_counter() - started:7.3f} s")
    return result


if __name__ == "__main__":
    main()
