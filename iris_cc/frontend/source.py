"""Finds and parses the text of one function.  Runs nothing of the user's and imports nothing of the user's.

A `FunctionSource` keeps the user's own file name and line numbers, so that every span points into the user's text.
"""

from __future__ import annotations
import __future__

import ast
import dis
import inspect
import io
import linecache
import os
import sys
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from types import CodeType, FrameType, FunctionType

from iris_cc import codes
from iris_cc.codes import Code
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.digest import hex_digest
from iris_cc.frontend import limits
from iris_cc.records import field, record

_DEEPEST_FRAME = 50
_MOST_ENDS = 200  # places where a definition may end that are tried


@record
class FunctionSource:
    """One function definition in its file."""

    file: str
    tree: ast.FunctionDef
    lines: dict[int, str] = field(compare=False)
    widths: dict[int, tuple[int, ...]] = field(compare=False, repr=False, default_factory=dict)

    def span(self, node: ast.AST) -> Span:
        """The place of `node`, with columns in characters (`ast` counts bytes)."""
        line = getattr(node, "lineno", self.tree.lineno)
        end_line = getattr(node, "end_lineno", None) or line
        col = self._column(line, getattr(node, "col_offset", 0))
        return Span(self.file, line, col, end_line, self._column(end_line, getattr(node, "end_col_offset", None) or 0))

    def _column(self, line: int, byte: int) -> int:
        text = self.lines.get(line, "")
        if text.isascii():
            return byte
        if line not in self.widths:  # the bytes before each character
            self.widths[line] = (0, *accumulate(len(char.encode()) for char in text))
        return bisect_right(self.widths[line], byte) - 1

    @property
    def header(self) -> Span:
        """The `def` line."""
        whole = self.span(self.tree)
        return Span(self.file, whole.line, whole.col, whole.line, len(self.lines.get(whole.line, "")) or whole.col + 1)


def fail(code: Code, message: str, span: Span, label: str = "", help: str = "") -> CompileError:
    return CompileError((Diagnostic(code, message, span, label, help),))


def of_function(function: FunctionType, text: str | None = None) -> FunctionSource:
    """The source of a Python function; `text` is the whole text that defined it, where Python has kept none."""
    code = function.__code__
    if function.__name__ == "<lambda>":
        raise fail(codes.E0002, "a lambda cannot be a kernel", Span(code.co_filename, code.co_firstlineno, 0, 0, 0))
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        where = Span(code.co_filename, code.co_firstlineno, 0, code.co_firstlineno, 0)
        raise fail(codes.E0006, f"`{function.__name__}` is a generator or coroutine", where)
    source = _source_of(function, text)
    file = source.file
    if not _is_source_of(source, function):
        first = code.co_firstlineno
        where = Span(file, first, 0, first, len(source.lines.get(first, "")))
        help = codes.E0001.help if text is not None or file.startswith("<") else "import the edited file anew"
        raise fail(codes.E0001, f"the source found for `{function.__name__}` is not what Python runs", where, help=help)
    return source


def definition_of(function: FunctionType, text: str | None = None) -> ast.FunctionDef | None:
    """The `def` of any Python function, in the language or not; None where its source is not to be had.

    A test runner may have rewritten the assertions of what Python runs; all else must be the same.
    """
    try:
        source = _source_of(function, text)
    except CompileError:
        return None
    tree = source.tree
    return tree if _is_source_of(source, function) or _is_source_of_rewritten(tree, function) else None


def _source_of(function: FunctionType, text: str | None) -> FunctionSource:
    code = function.__code__
    place = Span(code.co_filename, 0, 0, 0, 0)
    lines = lines_of_text(text) if text is not None else _lines_of(function)
    if not lines:
        raise fail(codes.E0001, f"the source of `{function.__name__}` is not available", place)
    first = code.co_firstlineno
    block = block_of(lines, first, code) if first <= len(lines) else []
    if not block:
        raise fail(codes.E0001, f"the source of `{function.__name__}` is not available", place)
    file = code.co_filename
    if linecache.getlines(file)[first - 1 : first - 1 + len(block)] != block:  # a text no file holds
        file = f"<{os.path.basename(file).strip('<>')} {_digest(''.join(lines))}>"
        _remember(file, lines)
    return _find(_parse(block, first, file), function.__name__, first, file, block)


def of_text(text: str) -> FunctionSource:
    """The one function defined in DSL text."""
    lines = lines_of_text(text)
    file = remember_text("kernel", text, lines)
    tree = _parse(lines, 1, file)
    body = tree.body[0].body if tree.body and tree.body[0].lineno < 1 else tree.body  # type: ignore[attr-defined]
    definitions = [node for node in body if isinstance(node, ast.FunctionDef)]
    others = [node for node in body if not isinstance(node, ast.FunctionDef)]
    kept = dict(enumerate((line.rstrip("\r\n") for line in lines), 1))
    if len(definitions) != 1 or others:
        extra = others[:1] or definitions[1:2]
        where = FunctionSource(file, definitions[0], kept).header if definitions else Span(file, 1, 0, 1, 1)
        if definitions and extra:
            line = FunctionSource(file, definitions[0], kept).span(extra[0])
            where = Span(file, line.line, line.col, line.line, len(kept.get(line.line, "")))
        raise fail(codes.E0006, "DSL text holds exactly one `def` and nothing else", where)
    _compile(lines, file)
    return FunctionSource(file, definitions[0], kept)


def _digest(text: str) -> str:
    return hex_digest(text)[:12]


def lines_of_text(text: str) -> list[str]:
    """Lines as Python's own reader counts them: form feeds and Unicode separators end none."""
    return io.StringIO(text, newline=None).readlines()


def pragma(text: str) -> dict[str, str]:
    """The options of `# me:key=value` lines above the `def`."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        word = line.strip()
        if word.startswith(("# me:", "#me:")):
            for item in word.partition("me:")[2].partition("#")[0].split():
                key, _, value = item.partition("=")
                options[key] = value if options.get(key, value) == value else f"{options[key]} and {value}"
        elif word and not word.startswith("#"):
            break
    return options


_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


def _is_source_of(source: FunctionSource, function: FunctionType) -> bool:
    """Whether the definition compiles to the function: a file may have changed since it was imported.

    How CPython calls `np.sin` depends on whether the module imports `np`, so the definition is compiled beside imports.
    Mostly all are there; where the answer is another, the function's own code says which are.
    """
    owners = _owners(source.tree)
    if _compiles_beside(owners, source, function):
        return True
    imported = owners - _method_owners(function.__code__)
    return imported != owners and _compiles_beside(imported, source, function)


def _compiles_beside(imported: frozenset[str], source: FunctionSource, function: FunctionType) -> bool:
    code = function.__code__
    text = _in_scopes(imported, [f"{line}\n" for line in source.lines.values()], function)
    try:
        module = compile(text, code.co_filename, "exec", code.co_flags & _FUTURE, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return any(each.co_name == code.co_name and _same_code(each, code) for each in _codes_in(module))


def _in_scopes(imported: frozenset[str], block: list[str], function: FunctionType) -> str:
    """The definition in a module that imports these names, in a function that binds the names it closes over, and in
    the class by which Python mangles private names."""
    name, closed_over, owner = function.__code__.co_name, function.__code__.co_freevars, _class_of(function)
    indent = block[0][: _indent(block[0])].rpartition("\f")[2]
    lines = [f"import {each}\n" for each in sorted(imported)]
    if indent and closed_over:
        lines.append(f"def closure({', '.join(closed_over)}):\n")
    if indent and owner:
        lines.append(f"{indent[:1] if closed_over else ''}class {owner}:\n")
    elif indent and not closed_over:
        lines.append("if 1:\n")
    elif indent and name not in closed_over:  # a name of the module, which the definition must not bind here
        lines.append(f"{indent}global {name}\n")
    return "".join([*lines, *block])


def _owners(tree: ast.FunctionDef) -> frozenset[str]:
    """The names whose attributes are called."""
    funcs = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    owners = (func.value for func in funcs if isinstance(func, ast.Attribute))
    return frozenset(owner.id for owner in owners if isinstance(owner, ast.Name)) - {"__debug__"}


def _method_owners(code: CodeType) -> frozenset[str]:
    """The names whose attributes are called as methods: no import of the module binds them."""
    found: set[str] = set()
    for each in _codes_in(code):
        steps = [step for step in dis.get_instructions(each) if step.opname != "EXTENDED_ARG"]
        for owner, step in pairwise(steps):
            as_attribute = step.opname == "LOAD_ATTR" and sys.version_info >= (3, 12)
            if step.opname == "LOAD_METHOD" or (as_attribute and (step.arg or 0) & 1):
                names = owner.argval if isinstance(owner.argval, tuple) else (owner.argval,)
                found.update(str(name) for name in names[-1:])
    return frozenset(found)


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code object and all inside it."""
    pending = [code]
    while pending:
        each = pending.pop()
        yield each
        pending += [const for const in each.co_consts if isinstance(const, CodeType)]
def _is_source_of_rewritten(tree: ast.FunctionDef, function: FunctionType) -> bool:
    """The same but for names such as `@py_assert1`, which no source can have, and what comes with them."""
    code = function.__code__
    names = {*code.co_names, *code.co_varnames}
    if not any(name.startswith("@") for name in names):
        return False
    return any(
        each.co_varnames[: each.co_argcount] == code.co_varnames[: code.co_argcount]
        and each.co_freevars == code.co_freevars
        and names >= {*each.co_names, *each.co_varnames}
        for each in compiled(tree, function) or ()
    )


def compiled(tree: ast.FunctionDef, function: FunctionType, also: tuple[str, ...] = ()) -> list[CodeType] | None:
    """The code objects of that name in a definition of `function`, outermost first; `also` are further free names.

    None where Python cannot compile it.
    """
    code = function.__code__
    bare = ast.FunctionDef(
        **{field: getattr(tree, field) for field in tree._fields if field != "decorator_list"}, decorator_list=[]
    )
    body: list[ast.stmt] = [ast.copy_location(bare, tree)]
    if code.co_freevars or also:
        own: list[ast.stmt] = [] if tree.name in code.co_freevars else [ast.Global([tree.name])]
        body = [_closure((*code.co_freevars, *also), [*own, *body])]
    if name := _class_of(function):
        body = [_class(name, body)]
    module = ast.fix_missing_locations(ast.Module(body, []))
    try:
        pending = [compile(module, code.co_filename, "exec", code.co_flags & _FUTURE, dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: list[CodeType] = []
    while pending:
        candidate = pending.pop(0)
        found += [candidate] if candidate.co_name == code.co_name else []
        pending += [const for const in candidate.co_consts if isinstance(const, CodeType)]
    return found


def _closure(names: tuple[str, ...], body: list[ast.stmt]) -> ast.stmt:
    """A function around `body` that binds the names it closes over."""
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    return ast.FunctionDef("%closure", arguments, body, [], None, None)


def _class(name: str, body: list[ast.stmt]) -> ast.stmt:
    """A class around `body`: Python mangles private names by it."""
    return ast.ClassDef(name, [], [], body, [])


def _class_of(function: FunctionType) -> str:
    parent = function.__qualname__.rpartition(".")[0].rpartition(".")[2]
    return parent if parent.isidentifier() else ""


def _same_code(left: CodeType, right: CodeType) -> bool:
    """Whether two code objects do the same: all but places, flags and annotations."""
    for part in ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount"):
        if getattr(left, part) != getattr(right, part):
            return False
    return len(left.co_consts) == len(right.co_consts) and all(
        _same_code(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else repr(a) == repr(b)
        for a, b in zip(left.co_consts, right.co_consts, strict=True)
    )


def block_of(lines: list[str], first: int, code: CodeType) -> list[str]:
    """The lines of one definition: from its first one to where the text comes back to its indentation.

    What Python's tokenizer would say, without importing its regular expressions: a definition ends before the first
    line after its last instruction that is indented no further, if what comes before that line parses.
    """
    indent = _indent(lines[first - 1])
    last = max((line for _, _, line in code.co_lines() if line), default=first)
    ends = [n for n in range(last, len(lines)) if _indent(lines[n]) <= indent and _is_code(lines[n])]
    for end in (*ends[:_MOST_ENDS], len(lines)):
        block = lines[first - 1 : end]
        if len(ends) < 2 or _parses("".join(block)):
            return block
    return lines[first - 1 :]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t\f"))


def _is_code(line: str) -> bool:
    word = line.strip()
    return bool(word) and not word.startswith("#")


def _parses(text: str) -> bool:
    if limits.too_large(text):
        return True
    try:
        ast.parse("if 1:\n" + text if text[:1] in (" ", "\t") else text)
    except SyntaxError:
        return False
    except (ValueError, RecursionError, MemoryError):
        return True  # not for want of lines
    return True


def _lines_of(function: FunctionType) -> list[str]:
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    return lines if len(lines) >= code.co_firstlineno else _lines_on_the_stack(code)


def _lines_on_the_stack(code: CodeType) -> list[str]:
    """The text of a function made by `exec(text)`, from a caller's local that provably compiles to `code`."""
    frame: FrameType | None = sys._getframe(1)
    seen: set[int] = set()
    for _ in range(_DEEPEST_FRAME):
        if frame is None:
            return []
        for value in list(frame.f_locals.values()):
            if type(value) is str and id(value) not in seen and f"def {code.co_name}" in value:
                seen.add(id(value))
                if _compiles_to(value, code):
                    return lines_of_text(value)
        frame = frame.f_back
    return []


def _compiles_to(text: str, code: CodeType) -> bool:
    if limits.too_large(text):
        return False
    try:
        module = compile(text, code.co_filename, "exec", code.co_flags & _FUTURE, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return code in _codes_in(module)


def remember_text(kind: str, text: str, lines: list[str]) -> str:
    """Let diagnostics show the lines of `text`; under which name of a file."""
    file = f"<{kind} {_digest(text)}>"
    _remember(file, lines)
    return file


def _remember(file: str, lines: list[str]) -> None:
    """Let diagnostics and tracebacks show text that lies in no file, as doctest and IPython do."""
    linecache.cache[file] = (sum(map(len, lines)), None, lines, file)


def _parse(lines: list[str], first: int, file: str) -> ast.Module:
    """Parse a block as it stands; an indented one under an `if`, so that columns stay the user's."""
    text = "".join(lines)
    place = Span(file, first, 0, first, len(lines[0].rstrip()) if lines else 0)
    if problem := limits.too_large(text):
        raise fail(codes.E0004, problem, place)
    indented = _is_indented(lines)
    try:
        tree = ast.parse("if 1:\n" + text if indented else text)
    except SyntaxError as error:
        raise _invalid(error, file, first - 1 - indented) from None
    except (RecursionError, MemoryError):
        raise fail(codes.E0005, "the source is nested too deep to parse", place) from None
    except ValueError as error:
        raise fail(codes.E0003, f"the source is not valid Python: {error}", place) from None
    if above := first - 1 - indented:
        ast.increment_lineno(tree, above)
    if (node := limits.too_deep(tree)) is not None:
        line, col = getattr(node, "lineno", first), getattr(node, "col_offset", 0)
        where = Span(file, line, col, line, col + 1)
        raise fail(codes.E0005, f"the source is nested more than {limits.DEEPEST} levels deep", where)
    return tree


def _compile(lines: list[str], file: str) -> None:
    """Refuse what parses and is no Python: `break` outside of a loop, a parameter twice, an `await` that nobody can."""
    text = "".join(lines)
    indented = _is_indented(lines)
    try:
        compile("if 1:\n" + text if indented else text, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise _invalid(error, file, -indented) from None
    except (RecursionError, MemoryError):
        raise fail(codes.E0005, "the source is nested too deep to compile", Span(file, 1, 0, 1, 1)) from None


def _invalid(error: SyntaxError, file: str, above: int) -> CompileError:
    """What Python says of a text that begins `above` lines further down in its file."""
    line, col = (error.lineno or 1) + above, max((error.offset or 1) - 1, 0)
    end = max((error.end_offset or 0) - 1, col + 1) if error.end_lineno == error.lineno else col + 1
    return fail(codes.E0003, f"the source is not valid Python: {error.msg}", Span(file, line, col, line, end))


def _is_indented(lines: list[str]) -> bool:
    return next((line[:1] in (" ", "\t") for line in lines if _is_code(line)), False)


def _find(tree: ast.Module, name: str, first: int, file: str, block: list[str]) -> FunctionSource:
    wrapped = bool(tree.body) and isinstance(tree.body[0], ast.If) and tree.body[0].lineno < first
    body = tree.body[0].body if wrapped else tree.body  # type: ignore[attr-defined]
    lines = dict(enumerate((line.rstrip("\r\n") for line in block), first))
    for node in body:
        if isinstance(node, ast.FunctionDef):
            return FunctionSource(file, node, lines)
    raise fail(codes.E0006, f"`{name}` is not written with `def`", Span(file, first, 0, first, 0))
