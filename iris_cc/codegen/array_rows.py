"""The loop over a row of elements that are arrays: an element gets pointers, sizes and steps.

Elements go one after the other, in a loop of its own where all arrays lie side by side in memory: there their steps
are constants.  NumPy lets no result overlap an operand of a generalised ufunc.
"""

from __future__ import annotations

from iris_cc.codegen import arrays
from iris_cc.codegen.cfamily import KERNEL, output_hints, returns_value
from iris_cc.codegen.names import Names
from iris_cc.codegen.rows import STRUCTURE, RowOperand, Rows
from iris_cc.codegen.writer import Writer
from iris_cc.core_dims import Signature
from iris_cc.ir.nodes import ArrayParam, Const, Function, Var
from iris_cc.ir.operands import core_inputs, operands
from iris_cc.target import Target


class ArrayRows(Rows):
    """The text of the row function of one kernel of arrays."""

    def __init__(self, fn: Function, target: Target, signature: Signature) -> None:
        super().__init__(fn, target)
        self.signature = signature
        self.core = core_inputs(fn, signature)
        names = Names(*STRUCTURE, "dims")
        hints = [var.hint or f"in{k}" for k, var in enumerate(fn.params)]
        self.core_names = {var: names.claim(hint) for var, hint in arrays.hints(fn).items() if var in self.core}
        values, results = iter(hints), iter(output_hints(fn))
        found: list[RowOperand] = []
        self.params_of: dict[RowOperand, ArrayParam] = {}
        for place, operand in enumerate(operands(fn, signature)):
            if operand.array is not None:
                hint = arrays.array_hint(operand.array.array)
            else:
                hint = next(values) if operand.value is not None else next(results)
            row = RowOperand(place, names.claim(hint), operand.type, operand.is_out)
            found.append(row)
            if operand.array is not None:
                self.params_of[row] = operand.array
        self.operands = tuple(found)
        self.ins = tuple(operand for operand in found if not operand.is_out)
        self.outs = tuple(operand for operand in found if operand.is_out)
        self.steps = {operand: names.claim(f"{operand.name}_step") for operand in found}
        self.values = {operand: names.claim(f"{operand.name}_value") for operand in self.outs}

    def text(self) -> str:
        out = Writer()
        out.line("/* One element after the other; where arrays lie side by side, their steps are constants. */")
        with out.braces(f"IRIS_OUTLINE {self.result} iris_row({self.params()})"):
            self.begin(out)
            if self.is_watched:
                out.line("iris_watch own = *watch; /* in registers */")
            for operand in self.operands:
                out.line(f"char *{operand.name} = args[{operand.place}];")
                out.line(f"const intptr_t {self.steps[operand]} = steps[{operand.place}];")
            for var, name in self.core_names.items():
                kind, place = self.core[var]
                out.lines(f"const int64_t {name} = {kind}[{place}];", f"(void){name};")
            if unit := self.unit_steps():
                tests = " && ".join(f"{self.core_names[var]} == {size}" for var, size in unit.items())
                with out.braces(f"if ({tests})"):
                    self.loop(out, unit)
                    out.otherwise()
                    self.loop(out, {})
            else:
                self.loop(out, {})
            if self.is_watched:
                out.line("*watch = own;")
            self.end(out)
        return out.text()

    def params(self) -> str:
        watch = ", iris_watch *watch" if self.is_watched else ""
        return f"intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps{watch}"

    def unit_steps(self) -> dict[Var, int]:
        """The steps that arrays in C order have whatever their sizes: those of last axes, and of fixed sizes."""
        found: dict[Var, int] = {}
        for param in self.params_of.values():
            size = param.array.type.bits // 8
            for axis in reversed(param.axes):
                if isinstance(axis.step, Var):
                    found[axis.step] = size
                if not isinstance(axis.extent, Const):
                    break
                size *= int(axis.extent.value)
        return found

    def loop(self, out: Writer, known: dict[Var, int]) -> None:
        with out.braces("for (intptr_t k = 0; k < count; ++k)"):
            self.array_element(out, known)
            for operand in self.operands:
                out.line(f"{operand.name} += {self.steps[operand]};")
            self.stop_at_fault(out, "&own")

    def array_element(self, out: Writer, known: dict[Var, int]) -> None:
        """The call for one element; of arrays it gets the places, sizes and steps."""
        places = {operand: f"*({operand.pointer}){operand.name}" for operand in self.operands}
        numbers = [operand for operand in self.ins if operand not in self.params_of]
        args = [operand.load(places[operand]) for operand in numbers]
        args += [str(known[var]) if var in known else self.core_names[var] for var in self.fn.axis_inputs]
        by_array = {param.array: operand.name for operand, param in self.params_of.items()}
        args += [by_array[param.array] for param in self.fn.arrays]
        status = ["&status"] if self.can_fault else []
        status += ["&own"] if self.is_watched else []
        status += ["0" for _ in self.far_types]
        results = [operand for operand in self.outs if operand not in self.params_of]
        if returns_value(self.fn):
            out.line(f"{places[results[0]]} = {self.call(KERNEL, *args, *status)};")
            return
        for operand in results:
            out.line(f"{self.language.types[operand.type]} {self.values[operand]};")
        pointers = [f"&{self.values[operand]}" for operand in results]
        out.line(f"{self.call(KERNEL, *args, *pointers, *status)};")
        for operand in results:
            out.line(f"{places[operand]} = {self.values[operand]};")

    def compare_places(self, out: Writer) -> None:
        """Nothing to compare: results are apart from operands."""
