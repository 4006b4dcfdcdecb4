"""OpenCL C as a second language of the walk: a row of differences, and an element loop over a grid around the kernel.

A sketch that shows that the walk spells nothing of C's by itself; it is no product.  f8 needs `cl_khr_fp64`.
"""

from __future__ import annotations

from iris_cc.codegen import needs, runtime_c
from iris_cc.codegen.cfamily import kernel_function
from iris_cc.codegen.languages import C, Language
from iris_cc.ir.nodes import Function
from iris_cc.ir.types import BOOL, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, Scalar
from iris_cc.records import replace
from iris_cc.target import Target

TYPES: dict[Scalar, str] = {
    BOOL: "bool", I8: "char", I16: "short", I32: "int", I64: "long",
    U8: "uchar", U16: "ushort", U32: "uint", U64: "ulong", F32: "float", F64: "double",
}
OPENCL: Language = replace(
    C,
    name="opencl",
    kernel="static inline",
    types=TYPES,
    infinity={F32: "INFINITY", F64: "(double)INFINITY"},
    nan={F32: "NAN", F64: "(double)NAN"},
)
TARGET = Target(language="opencl", math="libm")  # type: ignore[arg-type]

# A device hears no signals: whoever asks gets the largest number of rounds.
PRELUDE = """#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef struct { ulong left; uint *stop; } iris_watch;
#define iris_rounds() (ROUNDS)
#define iris_look_up(stop) (~0UL)
#define iris_pause(left, most, cost) ((left) / (cost) > (most) ? (left) - (most) * (cost) : (left) % (cost))
#define iris_some(watch, trips) (trips)
#define iris_some_of(watch, trips, cost) (trips)
#define iris_spend(watch, spent) 0
#define iris_note(watch, spent) (void)0
"""
_HOST_ONLY = {"iris_signal.h", "iris_pieces.h", "iris_fenv.h", "iris_while.h", "iris_math.h"}


def grid_text(fn: Function, rounds: int = 1 << 40) -> str:
    """The unit: `run(in0, ..., out0, ..., count, status)`, one work item for each element or for many."""
    memory = {BOOL: "uchar", **{type: name for type, name in TYPES.items() if type is not BOOL}}
    ins = [f"__global const {memory[var.type]} *in{k}" for k, var in enumerate(fn.params)]
    outs = [f"__global {memory[type]} *out{k}" for k, type in enumerate(fn.results)]
    several = len(fn.results) > 1
    given = [f"in{k}[k]" for k in range(len(ins))]
    extra = [f"&value{k}" for k in range(len(outs))] if several else []
    extra += ["&own"] if needs.can_fault(fn) else []
    extra += ["&watch"] if needs.is_watched(fn) else []
    call = f"iris_kernel({', '.join([*given, *extra])});"
    values = " ".join(f"{TYPES[type]} value{k};" for k, type in enumerate(fn.results))
    stores = " ".join(f"out{k}[k] = value{k};" for k in range(len(outs)))
    headers = runtime_c.paste(needs.headers(fn, TARGET) - _HOST_ONLY)
    return f"""#define ROUNDS {rounds}UL
{PRELUDE}
{headers}
#undef IRIS_FORGET
#define IRIS_FORGET(type, variable)
{kernel_function(fn, TARGET)}
__kernel void run({", ".join([*ins, *outs, "ulong count", "__global uint *status"])}) {{
  for (ulong k = get_global_id(0); k < count; k += get_global_size(0)) {{
    uint own = 0;
    iris_watch watch = {{~0UL, 0}};
    {values}
    {call if several else f"value0 = {call}"}
    {stores}
    if (own) *status |= own;
  }}
}}
"""
