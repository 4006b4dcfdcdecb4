"""Every diagnostic the compiler can give, in one table.  `iris-cc explain E0103` prints a row.

Imports nothing.  A code is never reused for another meaning.
"""

from __future__ import annotations

from iris_cc.records import record


@record
class Code:
    """`title` says what is wrong in general, `help` what to do, `text` more for who asks."""

    id: str
    title: str
    help: str = ""
    text: str = ""
    level: str = "error"


# fmt: off
# E00xx: the source itself.
E0001 = Code("E0001", "the source of the function is not available", "define the function in a file or a notebook cell, or pass its text: `iris_cc.kernel(function, source=text)`",
             "A kernel is compiled from source text.  Python keeps none for functions made by plain `exec`, in the bare interactive prompt of old versions, or from bytecode-only modules.")
E0002 = Code("E0002", "a lambda cannot be a kernel", "write it as `def name(...): return ...`",
             "A lambda's text cannot be told apart from its neighbours on the same line.")
E0003 = Code("E0003", "the source is not valid Python", "correct the syntax",
             "DSL text is read as Python reads it, and refused where Python refuses it: `break` outside of a loop, a parameter named twice, an assignment to `__debug__`.")
E0004 = Code("E0004", "the source is too large", "split the kernel into several",
             "One kernel may have 1 MiB of text, 50 000 words in it and, with all that it calls, 50 000 operations.")
E0005 = Code("E0005", "the source is nested too deep", "give parts of the expression names of their own",
             "Expressions and blocks may nest about a hundred deep; a chain such as a + b + c + ... may be thousands long, and an `if` may have hundreds of `elif`s.")
E0006 = Code("E0006", "not a function", "pass a function written with `def`, or DSL text that holds one",
             "Generators, coroutines, builtins, classes and objects with `__call__` have no body the compiler can read.")
E0007 = Code("E0007", "the text is no function of the IR", "pass what `Kernel.inspect_ir` prints",
             "Printed IR is one `func` whose values are defined once and before they are read, with operations of the table and their types.  docs/IR.md has its grammar.")
# E01xx: the source is outside the accepted language.
E0101 = Code("E0101", "unsupported statement", "kernels accept assignment, `if`, `for`, `while`, `break`, `continue`, `pass` and `return`",
             "A kernel computes one element.  Statements that reach outside of it (import, with, try, raise, global, del, print) have no meaning on arrays.")
E0102 = Code("E0102", "unsupported expression", "kernels accept numbers, names, operators, comparisons, `and`/`or`/`not`, conditional expressions and calls")
E0103 = Code("E0103", "a `for` cannot run over this", "write `for i in range(start, stop, step):`, or iterate over an array or a tuple",
             "A loop counts, or runs over the items of an array, a tuple or a list, also through `enumerate`, `zip` and `reversed`.")
E0104 = Code("E0104", "unsupported operator", "use arithmetic, comparison, bit and shift operators",
             "`@` and `is` combine or compare objects, and what a kernel computes with is numbers.")
E0105 = Code("E0105", "unsupported parameter", "use plain positional parameters, with or without defaults",
             "Every parameter of a kernel is one array operand: *args, **kwargs and keyword-only parameters have no place in a ufunc.")
E0106 = Code("E0106", "unsupported assignment target", "assign to plain names, to elements of arrays, or to a tuple of them",
             "Attributes are not assigned to, and no name takes the rest of a tuple.")
E0107 = Code("E0107", "unsupported constant", "use numbers and booleans",
             "Strings, bytes, None, complex numbers and integers of more than 64 bits have no machine type here.")
E0108 = Code("E0108", "this statement has no effect", "assign its value to a name, or remove it")
E0109 = Code("E0109", "values cannot be matched one to one", "give both sides the same number of values")
E0110 = Code("E0110", "a tuple is not a value here", "name one of its items, or unpack it",
             "Tuples and lists may be assigned, indexed, unpacked, iterated over, reduced, passed to functions and returned.")
E0112 = Code("E0112", "the parameters are not those of `signature=`", "give one parameter to each input, and, if the function stores its results, one to each output after them")
E0111 = Code("E0111", "too many operands", "use fewer parameters or results",
             "A NumPy ufunc has at most 64 operands, inputs and outputs together.")
# E02xx: names and calls.
E0201 = Code("E0201", "unknown name", "define it before the kernel, or pass it as a parameter",
             "Names are looked up once, when the kernel is made: parameters and locals, then closures, globals, builtins, then the names of the DSL (`sin`, `where`, ...).")
E0202 = Code("E0202", "this name is not a number or a function a kernel can use", "capture numbers, NumPy scalars and plain Python functions",
             "A captured value becomes a constant of the compiled code, so it must be a bool, int, float or NumPy scalar, or a tuple or list of them.")
E0203 = Code("E0203", "unknown function", "use the builtins, `math` and `numpy` functions the documentation lists, or a plain Python function",
             "Only functions the compiler knows the exact meaning of are accepted; plain Python functions are compiled into the kernel.")
E0204 = Code("E0204", "wrong arguments in a call", "see the function's signature")
E0205 = Code("E0205", "a function may not call itself", "write the recursion as a loop")
E0206 = Code("E0206", "calls are nested too deep", "call fewer functions inside functions")
# E03xx: control flow.
E0301 = Code("E0301", "a name may be unassigned when it is read", "assign it on every path that leads here",
             "Python would raise UnboundLocalError for some elements.")
E0302 = Code("E0302", "a path ends without `return`", "return a value on every path",
             "Python would return None for some elements, which no array can hold.")
E0303 = Code("E0303", "`return` without a value", "return a value")
E0304 = Code("E0304", "returns differ in the number of values", "return the same number of values everywhere")
# E04xx: types; known when a kernel meets its operands.
E0401 = Code("E0401", "these types have no such operation", "convert an operand, for example `np.float64(x)` or `int(x)`",
             "NumPy raises TypeError for the same operands.")
E0402 = Code("E0402", "the result would be float16", "convert the operand, for example `np.float32(x)`",
             "NumPy's float functions give float16 for int8, uint8 and bool; the compiler has no float16, so such a call runs in Python.")
E0403 = Code("E0403", "an operand has a type that is not compiled", "use bool, (u)int8 to (u)int64, float32 or float64",
             "Object, string, complex, float16, longdouble, datetime and structured arrays have no compiled form: a call with them runs in Python, element by element.  DSL text has no Python function, so it refuses them.")
E0404 = Code("E0404", "the bounds of `range` must be integers", "convert with `int(x)`")
E0405 = Code("E0405", "an index symbol needs more dimensions than arrays have", "use _i0 to _i7 and _n0 to _n7")
E0406 = Code("E0406", "a constant does not fit in 64 bits", "use smaller constants, or floats")
E0407 = Code("E0407", "a Python int does not fit the type it meets", "convert, for example `np.int64(x)` or `float(x)`, or use a constant that fits",
             "Where paths meet, or in `np.minimum`, `np.maximum` and `np.clip`, no 64-bit type holds both the number and its partner: -1 beside a uint64, 2**63 beside an int64.  In Python each element keeps its own type, so the function itself can still answer.")
E0408 = Code("E0408", "a number is used as an array", "declare the core dimensions of the parameter: `signature=\"(n),()->()\"`",
             "Only parameters with core dimensions, captured arrays, local arrays and tuples have elements, a length and a shape.")
E0409 = Code("E0409", "an array is used as a number", "name one of its elements, as in `x[i]`, or reduce it, as in `sum(x)`",
             "What a kernel computes with is one number; arrays are indexed, sliced, iterated over, reduced, passed to functions and returned.")
E0410 = Code("E0410", "an index of an array must be an integer", "convert with `int(i)`",
             "Arrays take one integer or slice for each axis; masks, lists of indices and `None` have no compiled form.")
E0411 = Code("E0411", "this form of an array has no compiled form", "write a loop over its elements",
             "Slices have constant steps, dtypes are named, and arrays that a kernel makes have as many axes as its text says.")
E0412 = Code("E0412", "a name holds different arrays on different paths", "give each its own name",
             "Which array a name means is known when the kernel is compiled: it may not depend on a branch or change in a loop.")
E0413 = Code("E0413", "an array that is only read is stored to", "store to an output parameter or to a local array",
             "Inputs and captured arrays belong to the caller.  An output is a parameter after the inputs that `signature=` names, or an array that the kernel makes and returns.")
E0414 = Code("E0414", "the results are not those of the signature", "return one number or array for each output, with as many axes as it has core dimensions")
# E05xx: routes and the environment.
E0501 = Code("E0501", "compilation is switched off", "unset ME_DSL_JIT to compile", "ME_DSL_JIT=0|false|off|no runs every kernel on the interpreter: no code is compiled, loaded or written.", "note")
E0502 = Code("E0502", "no C compiler was found", "install `cc` (gcc or clang), or name one in CC", "Kernels run on the interpreter until a compiler is found.", "warning")
E0503 = Code("E0503", "the C compiler failed", "see the bundle named in the message; `iris-cc doctor` checks the compiler", "A compiler error on generated C is a bug of iris_cc: the bundle holds all that is needed to report it.", "warning")
E0504 = Code("E0504", "the C compiler took too long", "raise IRIS_CC_TIMEOUT, or split the kernel", "The compiler and all its children were ended.", "warning")
E0505 = Code("E0505", "the compiled file could not be made or loaded", "check space and permissions of the cache; `iris-cc doctor` tells more", "", "warning")
E0506 = Code("E0506", "a compiler flag is refused", "remove it from CC, ME_DSL_JIT_CFLAGS or IRIS_CC_TARGET; what a compiler cannot do without goes into a script of your own, named in CC", "Only flags of known kinds are accepted.  None names a file or a program: no key would know what is in it.", "warning")
E0507 = Code("E0507", "the kernel is too large to compile", "split it into several kernels", "", "warning")
E0508 = Code("E0508", "an option is not one the compiler knows", "see `help(iris_cc.kernel)`")
E0509 = Code("E0509", "the kernel is compiled in the background", "go on: later calls are compiled; `Kernel.compile(types)` waits for it", "With `compile=\"background\"` calls run on the interpreter until the compiler is done.", "note")
# fmt: on

TABLE: dict[str, Code] = {code.id: code for code in list(globals().values()) if isinstance(code, Code)}
