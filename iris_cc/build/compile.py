"""Turn C text into the bytes of a shared object, in a private directory, under a deadline.

Runs the compiler and judges what it left; keeps nothing and publishes nothing.  A compiler is not trusted: it may
hang, print without end, succeed without a file, or leave half of one.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import stat
import time

from iris_cc import config, records
from iris_cc.build import binary, flags, process, record, surroundings
from iris_cc.build.staging import Staging
from iris_cc.build.toolchain import Plan
from iris_cc.build.unit import BuildFailure

SOURCE, OBJECT, LIBRARY, LISTING = "k.c", "k.o", "k.so", "k.s"

# Texts of failures, so compiled when there is one.
_NO_SPACE = r"No space left on device|Disk quota exceeded|File too large"
_STARVED = (
    r"Killed signal|Cannot allocate memory|out of memory|memory exhausted|temporarily unavailable|Too many open files"
)
_BAD_FLAG = (
    r"unrecognized (command[- ]line )?(option|argument)|unknown argument|unsupported (option|argument)"
    r"|unknown target CPU|bad value .*-m(arch|cpu|tune)|invalid argument .* to '?-"
)
_TRIAL = 5.0  # seconds that a compiler has for next to nothing
_NOT_A_PROGRAM = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.EPERM, errno.ENOTDIR})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@records.record
class Compiled:
    """A complete shared object for this machine."""

    code: bytes


@records.record
class Refused:
    """Why there is none, and the commands that were run."""

    failure: BuildFailure
    commands: tuple[str, ...]


def shared_object(plan: Plan, text: str, private: Staging) -> Compiled | Refused:
    """Compile and link `text`.  Raises OSError when the private directory cannot be written."""
    private.write(SOURCE, text.encode("utf-8", "replace"))
    commands = _commands(plan)
    failure = _run_all(commands, private)
    code = b""
    if failure is None:
        found = _output(private, LIBRARY)
        if isinstance(found, BuildFailure):
            failure = found
        else:
            code, wrong = found, binary.defect(found)
            if wrong is not None:
                failure = BuildFailure("bad-output", f"the compiler left no usable object: {wrong}")
    if failure is not None:
        return Refused(failure, tuple(shlex.join(command) for command in commands))
    return Compiled(code)


def trial(plan: Plan, private: Staging) -> bool | BuildFailure:
    """Compile next to nothing: what comes of it says whether the compiler answers.  Raises OSError as above."""
    private.write(SOURCE, b"int iris_trial;\n")
    return _run_all(_commands(plan), private, min(config.timeout(), _TRIAL)) or True


def assembly_text(plan: Plan, text: str, private: Staging) -> str | BuildFailure:
    """The assembly that the same flags give.  Raises OSError as `shared_object`."""
    private.write(SOURCE, text.encode("utf-8", "replace"))
    compiler = plan.compiler
    command = (compiler.program, *compiler.arguments, *plan.compile_flags, "-S", SOURCE, "-o", LISTING)
    failure = _run_all((command,), private)
    if failure is not None:
        return failure
    found = _output(private, LISTING)
    return found if isinstance(found, BuildFailure) else found.decode("utf-8", "replace")


def is_full(error: OSError) -> bool:
    """Whether the file system had no room."""
    return error.errno in _FULL


def _commands(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """One step where every flag may stand at link, two where one might not."""
    driver = (plan.compiler.program, *plan.compiler.arguments)
    tail = (*plan.link_flags, *flags.LIBRARIES)
    if not plan.two_steps:
        return ((*driver, *plan.compile_flags, "-shared", *flags.few_mappings(), SOURCE, "-o", LIBRARY, *tail),)
    linker = (plan.compiler.program, *flags.safe_at_link(plan.compiler.arguments))
    return (
        (*driver, *plan.compile_flags, "-c", SOURCE, "-o", OBJECT),
        (*linker, *flags.LINK, *flags.few_mappings(), OBJECT, "-o", LIBRARY, *tail),
    )


def _run_all(
    commands: tuple[tuple[str, ...], ...], private: Staging, limit: float | None = None
) -> BuildFailure | None:
    limit = config.timeout() if limit is None else limit
    deadline = time.monotonic() + limit
    environment = dict(surroundings.of_compiler(), TMPDIR=private.path)
    for command in commands:
        try:
            outcome = process.run(command, private.path, deadline - time.monotonic(), environment)
        except OSError as error:
            return _not_started(command[0], error)
        if outcome.status != 0:
            return _ended_badly(outcome, limit)
    return None


def _not_started(program: str, error: OSError) -> BuildFailure:
    if error.errno in _NOT_A_PROGRAM:
        return BuildFailure("no-compiler", f"{program} cannot be run: {error.strerror}")
    return BuildFailure("io", f"{program} could not be started: {error.strerror}", transient=True)


def _ended_badly(outcome: process.Outcome, limit: float) -> BuildFailure:
    output, status = outcome.output, outcome.status
    if status is None:
        text = f"the compiler was stopped after {limit:g} s (IRIS_CC_TIMEOUT sets the limit)"
        return BuildFailure("timeout", text, output, transient=True)
    if re.search(_NO_SPACE, output):
        return BuildFailure("no-space", "the compiler had no room for its output", output, transient=True)
    if status < 0 or re.search(_STARVED, output):
        return BuildFailure("io", f"the compiler was stopped (exit status {status})", output, transient=True)
    if re.search(_BAD_FLAG, output):
        text = f"the compiler refuses a flag (see IRIS_CC_TARGET, ME_DSL_JIT_CFLAGS, CC): {_first_error(output)}"
        return BuildFailure("unsupported-flag", text, output)
    return BuildFailure("compiler-error", f"the compiler failed (exit status {status}): {_first_error(output)}", output)


def _first_error(output: str) -> str:
    lines = output.splitlines()
    return next((line for line in lines if "error" in line), lines[0] if lines else "it said nothing")[:400]


def _output(private: Staging, name: str) -> bytes | BuildFailure:
    """The file the compiler made: a regular one, there, and of a size a kernel can have."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=private.fd)
    except OSError as error:
        return BuildFailure("bad-output", f"the compiler reported success and left no {name}: {error.strerror}")
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return BuildFailure("bad-output", f"the compiler left a {name} that is not a regular file")
        if status.st_size > record.MAX_SIZE:
            return BuildFailure("bad-output", f"the compiler left a {name} of {status.st_size} bytes")
        with open(fd, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(fd)
