"""Which compiler, which flags, and the text that identifies both: decided without starting a process.

A compiler is known by its real path, size and modification time (and its arguments), so an upgraded compiler is
another compiler.  `version_text` is the one function here that runs it, for `doctor` and for repro bundles.
"""

from __future__ import annotations

import functools
import os
import struct
import sys

from iris_cc import config
from iris_cc.build import accepted, ask, cpu, flags, surroundings
from iris_cc.build.unit import BuildFailure, Unit
from iris_cc.digest import sha256
from iris_cc.records import record

_CANDIDATES = ("cc", "gcc", "clang")


@record
class Compiler:
    """A program to run, the arguments `CC` gave it, and what tells it from every other."""

    program: str
    arguments: tuple[str, ...]
    identity: str


@record
class Plan:
    """Everything about one build but its text: compile line, link line, and the key they give."""

    compiler: Compiler
    compile_flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    two_steps: bool
    target: str
    key: str


def find_compiler() -> Compiler | BuildFailure:
    """`CC` where it is set (and nothing else then), or the first of cc, gcc, clang on PATH."""
    text = config.compiler()
    if text is not None:
        return _from_variable(text)
    for name in _CANDIDATES:
        path = _search(name)
        if path is not None:
            return Compiler(path, (), _stamp(path))
    return BuildFailure("no-compiler", "no C compiler: none of cc, gcc, clang is on PATH, and CC is not set")


def plan(unit: Unit, *, runs_here: bool = True) -> Plan | BuildFailure:
    """How `unit` is built, and its key; or why it cannot be."""
    if unit.statements > flags.MAX_STATEMENTS:
        text = f"{unit.label}: {unit.statements} statements; more than {flags.MAX_STATEMENTS} are not compiled"
        return BuildFailure("too-large", text)
    compiler = find_compiler()
    if isinstance(compiler, BuildFailure):
        return compiler
    lines = _lines(compiler, unit.fp, unit.effort or unit.statements, runs_here)
    if isinstance(lines, BuildFailure):
        return lines
    compile_flags, link_flags, two_steps = lines
    target = _target(compiler, compile_flags, link_flags, "")
    parts = (unit.identity, unit.signature, str(unit.ndim), unit.fp, target)
    key = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hex()
    return Plan(compiler, compile_flags, link_flags, two_steps, target, key)


def target_text(fp: str = "strict", statements: int = 0, headers: str = "") -> str | BuildFailure:
    """Where and how code is built, as text: compiler, CPU level, flags, ABI, version, and a hash of `runtime_c`."""
    compiler = find_compiler()
    if isinstance(compiler, BuildFailure):
        return compiler
    lines = _lines(compiler, fp, statements, runs_here=True)
    return lines if isinstance(lines, BuildFailure) else _target(compiler, lines[0], lines[1], headers)


def version_text(compiler: Compiler) -> str:
    """The output of `--version`, or why there is none.  Starts a process, once per compiler."""
    return _version(compiler.program, compiler.arguments, compiler.identity)


def _lines(
    compiler: Compiler, fp: str, effort: int, runs_here: bool
) -> tuple[tuple[str, ...], tuple[str, ...], bool] | BuildFailure:
    try:
        user = config.user_cflags()
    except ValueError as error:
        return BuildFailure("unsupported-flag", f"ME_DSL_JIT_CFLAGS cannot be read as a shell would: {error}")
    refused = accepted.refusal(user) or (_too_high(compiler, user) if runs_here else None)
    if refused is not None:
        return refused
    if fp not in flags.FLOATING:
        return BuildFailure("unsupported-flag", f"fp={fp!r} is none of {', '.join(flags.FLOATING)}")
    march = cpu.architecture(runs_here=runs_here)
    if isinstance(march, BuildFailure):
        return march
    wants = ask.wants_more(compiler.program, (*compiler.arguments, *march, *user)) if runs_here else None
    if wants is not None:
        return wants
    last = flags.LAST[fp] if user or compiler.arguments else ()
    compile_flags = (*flags.level(effort), *march, *flags.COMPILE, *flags.FLOATING[fp], *user, *last)
    two_steps = fp == "fast" or bool(user) or bool(compiler.arguments)
    return compile_flags, flags.user_at_link(user), two_steps


def _too_high(compiler: Compiler, user: tuple[str, ...]) -> BuildFailure | None:
    return cpu.too_high(user, "ME_DSL_JIT_CFLAGS") or cpu.too_high(compiler.arguments, "CC")


def _target(compiler: Compiler, compile_flags: tuple[str, ...], link_flags: tuple[str, ...], headers: str) -> str:
    abi = f"{sys.platform} {os.uname().machine} p{struct.calcsize('P') * 8} {sys.byteorder}"
    rows = (
        f"build {flags.BUILD_VERSION}",
        f"abi {abi}",
        f"compiler {compiler.identity}",
        f"compile {compile_flags!r}",
        f"link {(*flags.LINK, *flags.few_mappings(), *link_flags, *flags.LIBRARIES)!r}",
        f"cpu {cpu.host_text((*compiler.arguments, *compile_flags))}",
        f"headers {headers}",
        f"environment {surroundings.told()}",
    )
    return "\n".join(rows)


def _from_variable(text: str) -> Compiler | BuildFailure:
    import shlex

    try:
        words = shlex.split(text)
    except ValueError as error:
        return BuildFailure("no-compiler", f"CC={text!r} cannot be read as a shell would: {error}")
    wrappers = accepted.wrappers(words)
    if wrappers == len(words):
        return BuildFailure("no-compiler", f"CC={text!r} names no compiler")
    if wrong := accepted.wrong_compiler(words[wrappers]):
        return BuildFailure("no-compiler", f"CC={text!r}: {wrong}")
    stamps: list[str] = []
    programs: list[str] = []
    for word in words[: wrappers + 1]:
        path = _search(word)
        if path is None:
            return BuildFailure("no-compiler", f"CC={text!r}: no program {word!r}")
        stamps.append(_stamp(path))  # a wrapper is a program too, and the upgrade of either must be seen
        programs.append(path if os.sep in word or not programs else word)
    rest = words[wrappers + 1 :]
    refused = accepted.refusal_in_cc(rest)
    if refused is not None:
        return refused
    return Compiler(programs[0], (*programs[1:], *rest), " ".join((*stamps, *rest)))


def _search(name: str) -> str | None:
    """The program `name` on PATH; relative entries of PATH are passed over."""
    if os.sep in name:
        try:
            path = os.path.abspath(name)
        except OSError:  # the working directory is gone
            return None
        return path if _is_program(path) else None
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if os.path.isabs(path) and _is_program(path):
            return path
    return None


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _stamp(path: str) -> str:
    """The name is kept beside the real path: one driver may act differently under different names."""
    try:
        status = os.stat(path)
    except OSError:
        return f"{path}:gone"
    real = _real_path(path, status.st_dev, status.st_ino)
    return f"{os.path.basename(path)}:{real}:{status.st_size}:{status.st_mtime_ns}"


@functools.cache
def _real_path(path: str, device: int, inode: int) -> str:
    """Resolving takes 60 us; a link that leads to another file has another device or inode."""
    return os.path.realpath(path)


@functools.cache
def _version(program: str, arguments: tuple[str, ...], identity: str) -> str:
    from iris_cc.build import process

    try:
        outcome = process.run(
            (program, *arguments, "--version"), "/", min(config.timeout(), 10.0), surroundings.of_compiler()
        )
    except OSError as error:
        return f"{program} --version: {error}"
    if outcome.status != 0:
        return f"{program} --version: exit status {outcome.status}"
    return outcome.output.strip()
