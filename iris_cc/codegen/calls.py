"""One copy of each elementary function of ours that a large unit calls, and the walk that calls instead of pasting.

    double iris_one_exp_f64(double x)                                              of one element
    void iris_each_exp_f64(begin, end, const double *x, double *result)            of a range of tiles

Who calls them, and with which tiles, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from iris_cc.codegen.cfamily import Emitter
from iris_cc.codegen.lane_calls import has_near
from iris_cc.codegen.languages import LANGUAGES
from iris_cc.codegen.needs import is_ours
from iris_cc.codegen.writer import Writer
from iris_cc.ir.nodes import Atom, Const, Function, Let
from iris_cc.target import Target


class Copies:
    """The copies that were asked for, in that order."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.language = LANGUAGES[target.language]
        self._texts: dict[str, str] = {}

    def definitions(self) -> list[str]:
        return list(self._texts.values())

    def one(self, let: Let, callee: str) -> str:
        """The copy of `callee` for one element, or `callee` where it is none of ours."""
        if not is_ours(let.op, self.target):
            return callee
        name = callee.replace("iris_", "iris_one_", 1)
        if name not in self._texts:
            words = "xy"[: len(let.args)]
            params = ", ".join(f"{self._type(arg)} {word}" for word, arg in zip(words, let.args, strict=True))
            self._texts[name] = (
                f"IRIS_OUTLINE {self._type(let.out)} {name}({params}) {{ return {callee}({', '.join(words)}); }}\n"
            )
        return name

    def each(self, let: Let, callee: str) -> str:
        """The copy of `callee` for tiles; an argument that is a constant is a scalar there."""
        constant = [isinstance(arg, Const) for arg in let.args]
        kinds = "".join("ts"[each] for each in constant)
        name = callee.replace("iris_", "iris_each_", 1) + (f"_{kinds}" if any(constant) else "")
        if name not in self._texts:
            self._texts[name] = self._over_tiles(name, let, callee, constant)
        return name

    def _type(self, atom: Atom) -> str:
        return self.language.types[atom.type]

    def _over_tiles(self, name: str, let: Let, callee: str, constant: list[bool]) -> str:
        words = "xy"[: len(let.args)]
        types = map(self._type, let.args)
        params = [f"{t} {w}" if c else f"const {t} *{w}" for t, w, c in zip(types, words, constant, strict=True)]
        arguments = ", ".join(w if c else f"{w}[k]" for w, c in zip(words, constant, strict=True))
        out = Writer()
        params += [f"{self._type(let.out)} *result"]
        with out.braces(f"IRIS_OUTLINE void {name}(intptr_t begin, intptr_t end, {', '.join(params)})"):
            loop = "for (intptr_t k = begin; k < end; ++k) result[k] ="
            if has_near(callee, let) and not any(constant):
                bits = let.out.type.bits
                out.line(f"uint{bits}_t far = 0;")
                out.lines("IRIS_INDEPENDENT", f"{loop} {callee.replace('iris_', 'iris_near_', 1)}({arguments}, &far);")
                out.line(f"if (!IRIS_UNLIKELY(far >> {bits - 1})) return;")
            out.lines("IRIS_INDEPENDENT", f"{loop} {callee}({arguments});")
        return out.text()


class Outlined(Emitter):
    """Calls copies of the functions of ours."""

    def __init__(
        self, fn: Function, target: Target, source: Mapping[int, str] | None, copies: Copies | None = None
    ) -> None:
        super().__init__(fn, target, source)
        self.copies = copies or Copies(target)

    def callee(self, let: Let) -> str:
        return self.copies.one(let, super().callee(let))
