"""The table of cases: what is computed, on what, how exactly, and how each contender says it.

One row is one case.  `iris_cc` and numba get the Python function; the other spellings stand in `spellings` and `dsl`.
Nothing here measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import dsl, kernels, loops, spellings
from benchmarks.generated import chain_expression

Array = Any
Maker = Callable[[np.random.Generator, int], tuple[Array, ...]]

SAME = "the function itself, called with arrays"

GROUPS: dict[str, str] = {
    "divergent": "loops that end at another time for each element",
    "loops": "more loops of that kind: counts, searches, and iterations to a fixed point",
    "transcendental": "expressions of elementary functions",
    "functions f8": "one elementary function, double precision",
    "functions f4": "one elementary function, single precision",
    "arithmetic": "arithmetic on arrays that fit in the cache",
    "chain": "arithmetic on arrays that do not",
    "calls": "what a call costs: eight elements, or none",
}


@dataclass(frozen=True)
class Case:
    """One kernel with its inputs.

    `ulp` is how far a result may be from the Python function's, in units of the last place of the result or of `scale`
    if that is larger; None is exact.  `numpy`, `numexpr`, `blosc2` and `jax` are what these contenders are given; None
    means that they cannot say it, for the reason in `why`.
    """

    name: str
    group: str
    text: str
    function: Callable[..., Any]
    inputs: Maker
    size: int
    ulp: float | None = None
    scale: float = 0.0
    numpy: Callable[..., Any] | str | None = None
    numexpr: str | None = None
    blosc2: Callable[..., Any] | None = None
    jax: str | None = SAME
    iris: str | None = None  # DSL text, where the Python function says it in other types
    why: tuple[tuple[str, str], ...] = ()
    indexed: bool = False
    call: str | None = None  # for the group "calls": new, out, scalar or scalars

    def reason(self, peer: str) -> str:
        """Why `peer` has no spelling."""
        return dict(self.why).get(peer, f"not spelled for {peer}")


# -- inputs --


def _plane(kind: str) -> Maker:
    def make(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
        side = max(int(size**0.5), 1)
        ci, cr = np.meshgrid(np.linspace(-1.2, 1.2, side), np.linspace(-2.0, 0.8, side), indexing="ij")
        return cr.ravel().astype(kind), ci.ravel().astype(kind)

    return make


def _uniform(*ranges: tuple[float, float], kind: str = "f8") -> Maker:
    def make(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
        return tuple(rng.uniform(low, high, size).astype(kind) for low, high in ranges)

    return make


def _integers(low: int, high: int, kind: str) -> Maker:
    def make(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
        return (rng.integers(low, high, size, dtype=kind),)

    return make


def _options(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
    spot, years, sigma = rng.uniform(80, 120, size), rng.uniform(0.25, 2, size), rng.uniform(0.1, 0.6, size)
    strike = spot * rng.uniform(0.9, 1.1, size)
    price = np.empty(size)
    for start in range(0, size, 10_000):
        part = slice(start, start + 10_000)
        price[part] = _price(spot[part], strike[part], years[part], sigma[part])
    return price, spot, strike, years


def _price(spot: Array, strike: Array, years: Array, sigma: Array) -> Array:
    """Black-Scholes with a fit of the normal distribution: inputs need no more than 7 digits."""
    spread = sigma * np.sqrt(years)
    d1 = np.log(spot / strike) / spread + 0.5 * spread

    def normal(x: Array) -> Array:
        t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
        tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
        tail = tail * np.exp(-0.5 * x * x) / kernels.ROOT_TWO_PI
        return np.where(x > 0, 1.0 - tail, tail)

    return spot * normal(d1) - strike * normal(d1 - spread)


def _cube(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
    side = max(round(size ** (1 / 3)), 2)
    return rng.random((side, side, side)), rng.random((side, side, side))


# -- the table --

_NO_LOOPS = ("numexpr", "an expression has no loops")
_NO_ERF_NUMPY = ("numpy", "NumPy has no erf")
_NO_ERF_NUMEXPR = ("numexpr", "numexpr has no erf")
_NO_BRANCHES = ("numpy", "one branch for all elements is another function")
_NO_STATEMENTS = ("numexpr", "an expression has no statements")
_NO_UNSIGNED = ("numexpr", "numexpr has no unsigned integers")
_NO_INDEX = ("numexpr", "an expression has no positions")
_NO_REASSIGN = ("blosc2", "the integer arithmetic of its functions is not exact")
_NO_F4 = ("blosc2", "constants in its functions are double precision")

_GELU_TANH = "0.5 * x * (1.0 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))"
_HORNER = "1.0+x*(0.9+x*(0.8+x*(0.7+x*(0.6+x*(0.5+x*(0.4+x*(0.3+x*(0.2+x*(0.1+x*(0.05+x*(0.025+x*0.0125)))))))))))"
_HAVERSINE = (
    "12742.0176 * arcsin(sqrt(sin((lat2 - lat1) * 0.5) * sin((lat2 - lat1) * 0.5)"
    " + cos(lat1) * cos(lat2) * sin((lon2 - lon1) * 0.5) * sin((lon2 - lon1) * 0.5)))"
)
_CLIP = "where(x < low, low, where(x > high, high, x))"
_CLIP_CHAIN = f"where({_CLIP} > 0.5, {_CLIP} * 2.0 - x, where({_CLIP} < -0.5, {_CLIP} + low, {_CLIP} * {_CLIP} * high))"
_COMBINE = "2.0 * a + b * c - (a - b) * (b - c) * 0.25 + a * a"
_BLEND = "(a * c + b * (1.0 - c)) * 0.5 + (a - b) * (a - b) * 0.125"

MILLION = 1_000_000
CACHED = 10_000
LARGE = 10_000_000
SINGLE = 20_000


def _case(name: str, group: str, function: Callable[..., Any], inputs: Maker, size: int, **rest: Any) -> Case:
    """A row, with the spellings that stand in the other tables filled in."""
    rest.setdefault("numpy", spellings.NUMPY.get(name))
    rest.setdefault("blosc2", dsl.DSL.get(name))
    text = (function.__doc__ or "").strip().splitlines()[0] if function.__doc__ else name
    return Case(name, group, text, function, inputs, size, **rest)


def _divergent() -> list[Case]:
    loops: dict[str, Any] = {"group": "divergent", "size": MILLION}
    integer: dict[str, Any] = {**loops, "why": (_NO_LOOPS, _NO_REASSIGN)}
    positive = (0.0, 1.0)
    return [
        _case("escape f8", function=kernels.escape, inputs=_plane("f8"), why=(_NO_LOOPS,), **loops),
        _case("escape f4", function=kernels.escape_f4, inputs=_plane("f4"), why=(_NO_LOOPS, _NO_F4), **loops),
        _case("newton fractal", function=kernels.newton_fractal, why=(_NO_LOOPS,),
              inputs=_uniform((-2, 2), (-2, 2)), **loops),
        _case("implied volatility", function=kernels.implied_volatility, inputs=_options, ulp=4096.0,
              why=(_NO_LOOPS, _NO_ERF_NUMPY), **loops),
        _case("kepler", function=kernels.kepler, inputs=_uniform((0.0, 6.0), (0.0, 0.9)), ulp=256.0,
              why=(_NO_LOOPS,), **loops),
        _case("collatz", function=kernels.collatz, inputs=_integers(1, MILLION, "i8"), **integer),
        _case("bisection", function=kernels.bisection, inputs=_uniform(positive), why=(_NO_LOOPS,), **loops),
    ]  # fmt: skip


def _loops() -> list[Case]:
    reason = "not written for whole arrays"
    why = (("numpy", reason), ("jax", reason), _NO_LOOPS, ("blosc2", reason))
    return [
        _case(name, "loops", function, inputs, MILLION // 5, ulp=ulp, jax=None, why=why)
        for name, (function, inputs, ulp) in loops.LOOPS.items()
    ]


def _transcendental() -> list[Case]:
    both = (_NO_ERF_NUMPY, _NO_ERF_NUMEXPR)
    every: dict[str, Any] = {"group": "transcendental", "size": MILLION}
    option = _uniform((80, 120), (80, 120), (0.25, 2), (0.0, 0.05), (0.1, 0.6))
    views = _uniform(*[(0.1, 0.6)] * 3, *[(0.5, 1.0)] * 3, (0.9, 1.1), (0.0, 0.1))
    points = _uniform((-1.5, 1.5), (-3.1, 3.1), (-1.5, 1.5), (-3.1, 3.1))
    return [
        _case("black-scholes", function=kernels.black_scholes, inputs=option, ulp=64.0, scale=100.0, why=both, **every),
        _case("haversine", function=kernels.haversine, inputs=points, ulp=512.0, scale=10_000.0, numpy=SAME,
              numexpr=_HAVERSINE, **every),
        _case("gelu tanh", function=kernels.gelu_tanh, inputs=_uniform((-4, 4)), ulp=16.0, scale=1.0, numpy=SAME,
              numexpr=_GELU_TANH, **every),
        _case("gelu erf", function=kernels.gelu_erf, inputs=_uniform((-4, 4)), ulp=16.0, scale=1.0, why=both, **every),
        _case("softplus", function=kernels.softplus, inputs=_uniform((-20, 20)), ulp=16.0, numpy=SAME,
              numexpr="where(x > 0.0, x, 0.0) + log1p(exp(-abs(x)))", **every),
        _case("projection", function=kernels.projection, inputs=views, ulp=256.0,
              why=(_NO_BRANCHES, _NO_STATEMENTS), **every),
        _case("srgb decode", function=kernels.srgb_decode, inputs=_uniform((0, 1)), ulp=16.0,
              numexpr="where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)", **every),
    ]  # fmt: skip


def _arithmetic() -> list[Case]:
    every: dict[str, Any] = {"group": "arithmetic", "size": CACHED}
    unsigned: dict[str, Any] = {**every, "numpy": SAME, "why": (_NO_UNSIGNED, _NO_REASSIGN)}
    three = _uniform((0, 1), (0, 1), (0, 1))
    return [
        _case("horner 12", function=kernels.horner, inputs=_uniform((-1, 1)), numpy=SAME, numexpr=_HORNER, **every),
        _case("hash u4", function=kernels.mix_u4, inputs=_integers(0, 1 << 32, "u4"), **unsigned),
        _case("hash u8", function=kernels.mix_u8, inputs=_integers(0, (1 << 64) - 1, "u8"), **unsigned),
        _case("clip chain", function=kernels.clip_chain, inputs=_uniform((-2, 2), (-1, -0.4), (0.4, 1)),
              numexpr=_CLIP_CHAIN, **every),
        _case("index 3d", function=kernels.index_3d, inputs=_cube, indexed=True, why=(_NO_INDEX,), **every),
        _case("200 operations", function=kernels.expression_200, inputs=three, numpy=SAME,
              numexpr=chain_expression(200), **every),
        _case("combine", function=kernels.combine, inputs=three, numpy=SAME, numexpr=_COMBINE, **every),
    ]  # fmt: skip


def _chain() -> list[Case]:
    every: dict[str, Any] = {"group": "chain", "size": LARGE, "numpy": SAME}
    three = _uniform((0, 1), (0, 1), (0, 1))
    return [
        _case("combine large", function=kernels.combine, inputs=three, numexpr=_COMBINE, **every),
        _case("blend large", function=kernels.blend, inputs=three, numexpr=_BLEND, **every),
        _case("horner 12 large", function=kernels.horner, inputs=_uniform((-1, 1)), numexpr=_HORNER, **every),
    ]


# Name in NumPy (or `math`, where NumPy has none), range of the first operand, numexpr's name if it has one.
_FUNCTIONS: tuple[tuple[str, tuple[float, float], str | None], ...] = (
    ("exp", (-10, 10), "exp"),
    ("exp2", (-10, 10), None),
    ("expm1", (-3, 3), "expm1"),
    ("log", (0.01, 100), "log"),
    ("log2", (0.01, 100), None),
    ("log10", (0.01, 100), "log10"),
    ("log1p", (-0.9, 10), "log1p"),
    ("sin", (-10, 10), "sin"),
    ("cos", (-10, 10), "cos"),
    ("tan", (-1.5, 1.5), "tan"),
    ("arcsin", (-1, 1), "arcsin"),
    ("arccos", (-1, 1), "arccos"),
    ("arctan", (-5, 5), "arctan"),
    ("sinh", (-5, 5), "sinh"),
    ("cosh", (-5, 5), "cosh"),
    ("tanh", (-4, 4), "tanh"),
    ("arcsinh", (-5, 5), "arcsinh"),
    ("arccosh", (1, 10), "arccosh"),
    ("arctanh", (-0.95, 0.95), "arctanh"),
    ("cbrt", (-10, 10), None),
    ("erf", (-3, 3), None),
    ("erfc", (-3, 3), None),
    ("power", (0.1, 10), None),
    ("arctan2", (-5, 5), "arctan2"),
    ("hypot", (-5, 5), None),
)
_TWO = {"power": (-3.0, 3.0), "arctan2": (-5.0, 5.0), "hypot": (-5.0, 5.0)}


def _function(name: str, span: tuple[float, float], in_numexpr: str | None, kind: str) -> Case:
    spans = (span, _TWO[name]) if name in _TWO else (span,)
    operands = "x, y" if name in _TWO else "x"
    own = getattr(np, name, None)
    text = f"({operands.replace(', ', ' ** ')})" if name == "power" else None
    return Case(
        name=f"{name} {kind}",
        group=f"functions {kind}",
        text=f"{'np' if own is not None else 'math'}.{name}({operands})",
        function=kernels.single(name),
        inputs=_uniform(*spans, kind=kind),
        size=SINGLE,
        ulp=6.0,
        scale=1e-3 if name in {"sin", "cos"} else 0.0,
        numpy=own,
        numexpr=text or (f"{in_numexpr}({operands})" if in_numexpr is not None else None),
        iris=f"def f({operands}):\n    return {name}({operands})\n" if own is None else None,
        why=(
            ("numpy", f"NumPy has no {name}"),
            ("numexpr", f"numexpr has no {name}"),
            ("blosc2", "as an expression blosc2 hands it to numexpr"),
        ),
    )


def _calls() -> list[Case]:
    pair = _uniform((0, 1), (0, 1))
    words = {
        "new": "add of 8 elements",
        "out": "add of 8, out=",
        "scalar": "add of 8 and a scalar",
        "scalars": "add of two floats",
    }
    return [
        _case(name, "calls", kernels.add, pair, 1 if call == "scalars" else 8, numpy=np.add, call=call, jax=None,
              why=(("blosc2", "made for large arrays"), ("jax", "made for large arrays")), numexpr="a + b")
        for call, name in words.items()
    ]  # fmt: skip


def all_cases() -> tuple[Case, ...]:
    """Every case, in the order of the table."""
    single = [_function(*row, kind) for kind in ("f8", "f4") for row in _FUNCTIONS]
    return (*_divergent(), *_loops(), *_transcendental(), *_arithmetic(), *_chain(), *single, *_calls())


def inputs_of(case: Case, size: int | None = None) -> tuple[Array, ...]:
    """The operands, the same in every run."""
    return case.inputs(np.random.default_rng(20_240_229), max(size or case.size, 1))
