"""The pictures: geometric means of each group, and every case of every contender.  Needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import GROUPS
from benchmarks.contenders import NAMES
from benchmarks.tables import TITLES, Row, geomean, pairs

INK, PALE, OURS = "#1f2933", "#d7dde3", "#d1495b"
COLOURS = {
    "iris": OURS, "iris-all": "#e58a96", "numba": "#00798c", "numba-all": "#66afba", "numexpr": "#edae49",
    "numexpr-all": "#f4cf92", "blosc2": "#7a5195", "blosc2-all": "#af97bf", "jax": "#4c956c", "numpy": "#30638e",
    "python": "#8d99a6",
}  # fmt: skip
_SHORT = {
    "divergent": "loops of different length", "loops": "more such loops",
    "transcendental": "expressions with exp, sin, erf …",
    "functions f8": "single functions, f8", "functions f4": "single functions, f4",
    "arithmetic": "arithmetic in cache", "chain": "arithmetic out of cache", "calls": "calls of 8 elements",
}  # fmt: skip


def pyplot() -> Any:
    """matplotlib without a display, in the style of these pictures."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({
        "font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": PALE, "xtick.color": INK,
        "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110,
        "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    })  # fmt: skip
    return plt


def draw(result: dict[str, Any], path: Path) -> list[Path]:
    """Both pictures: `path`, and the cases beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}-cases{path.suffix}")
    groups(result, path)
    cases(result, beside)
    return [path, beside]


def groups(result: dict[str, Any], path: Path) -> None:
    """For each group a bar per contender: how many times longer than iris_cc on one thread."""
    plt = pyplot()
    rows: list[Row] = result["rows"]
    present = [group for group in GROUPS if any(row["group"] == group for row in rows)]
    means = {group: _means(rows, group) for group in present}
    deep = max((len(each) for each in means.values()), default=1)
    columns = min(len(present), 2)
    lines = math.ceil(len(present) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(5.4 * columns, (0.27 * deep + 0.75) * lines + 0.7),
                                squeeze=False, layout="constrained")  # fmt: skip
    for axis in axes.flat[len(present) :]:
        axis.set_axis_off()
    for axis, group in zip(axes.flat, present):
        _panel(axis, _SHORT[group], means[group], max(each[2] for each in means[group]))
    figure.suptitle("Time against iris_cc on one thread (= 1, log scale; shorter is faster)", x=0.01, ha="left",
                    fontsize=12, fontweight="bold")  # fmt: skip
    about = result["machine"]
    figure.supxlabel(
        f"geometric means; {about['processor']}, {about['threads']} threads; {about['compiler'].split(' ')[0]}, "
        + ", ".join(f"{k} {v}" for k, v in about["versions"].items() if k not in {"llvmlite", "jaxlib", "iris_cc"}),
        fontsize=7, color="#66727f", x=0.01, ha="left",
    )  # fmt: skip
    figure.savefig(path)
    plt.close(figure)


def _means(rows: Sequence[Row], group: str) -> list[tuple[str, float, int]]:
    found = [(name, pairs(rows, group, "iris", name)) for name in NAMES]
    return [(name, geomean(ratios.values()), len(ratios)) for name, ratios in found if ratios]


def _panel(axis: Any, title: str, bars: Sequence[tuple[str, float, int]], total: int) -> None:
    low = min(0.5, *(mean for _, mean, _ in bars), 1.0) / 1.3
    high = max(2.0, *(mean for _, mean, _ in bars), 1.0) * 5
    for place, (name, mean, count) in enumerate(bars):
        axis.barh(place, mean - low, left=low, color=COLOURS[name], height=0.72)
        part = "" if count == total else f"  ({count} of {total})"
        text = f" {mean:.0f}x" if mean >= 20 else f" {mean:.3g}x"
        axis.text(mean, place, text + part, va="center", fontsize=8, fontweight="bold" if name == "iris" else "normal")
    axis.axvline(1.0, color=OURS, linewidth=0.8, linestyle=":")
    axis.set(xscale="log", xlim=(low, high), title=title)
    axis.set_yticks(range(len(bars)), [TITLES.get(name, name) for name, _, _ in bars])
    axis.invert_yaxis()
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.grid(axis="x", color=PALE, linewidth=0.6)
    axis.set_axisbelow(True)


def cases(result: dict[str, Any], path: Path) -> None:
    """Every case on a line of its own: a dot for each contender at its time per element."""
    plt = pyplot()
    rows: list[Row] = [row for row in result["rows"] if row["contenders"].get("iris", {}).get("ns")]
    half = math.ceil(len(rows) / 2) if len(rows) > 24 else len(rows)
    parts = [part for part in (rows[:half], rows[half:]) if part]
    figure, axes = plt.subplots(1, max(len(parts), 1), figsize=(5.8 * max(len(parts), 1), 0.235 * half + 1.3),
                                squeeze=False, layout="constrained")  # fmt: skip
    shown: dict[str, Any] = {}
    for axis, part in zip(axes.flat, parts):
        for place, row in enumerate(part):
            found = {name: cell["ns"] for name, cell in row["contenders"].items() if "ns" in cell}
            axis.plot([min(found.values()), max(found.values())], [place, place], color=PALE, linewidth=1, zorder=1)
            for name, value in found.items():
                ours = name.startswith("iris")
                style: dict[str, Any] = {"marker": "D", "markersize": 6} if ours else {"marker": "o", "markersize": 4.5}
                (shown[name],) = axis.plot(
                    value, place, color=COLOURS[name], linestyle="", zorder=3 if ours else 2, **style
                )
        axis.set_yticks(range(len(part)), [row["name"] for row in part])
        axis.set(xscale="log", ylim=(len(part) - 0.5, -0.5), xlabel="ns per element (per call in calls)")
        axis.tick_params(axis="y", length=0)
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.grid(axis="x", color=PALE, linewidth=0.6)
    names = [name for name in NAMES if name in shown]
    figure.legend([shown[name] for name in names], [TITLES.get(name, name) for name in names], ncols=min(len(names), 6),
                  loc="outside upper left", frameon=False)  # fmt: skip
    figure.savefig(path)
    plt.close(figure)
