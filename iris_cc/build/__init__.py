"""C text in, verified machine code out: the compiler driver and the cache of what it built.

Knows nothing of IR, Python source or NumPy.  `iris_cc.build.manage` holds what only the command line needs.
"""

from iris_cc.build.notes import remembered
from iris_cc.build.service import (
    abandon,
    answers_at_once,
    assembly,
    discard,
    forget,
    key_of,
    let_go,
    negative_state,
    obtain,
    peek,
    prepare,
)
from iris_cc.build.toolchain import Compiler, find_compiler, target_text, version_text
from iris_cc.build.unit import (
    Artifact,
    BuildFailure,
    Built,
    BytesImage,
    CacheWarning,
    FailureKind,
    FileImage,
    Unit,
)

__all__ = [
    "Artifact",
    "BuildFailure",
    "Built",
    "BytesImage",
    "CacheWarning",
    "Compiler",
    "FailureKind",
    "FileImage",
    "Unit",
    "abandon",
    "answers_at_once",
    "assembly",
    "discard",
    "find_compiler",
    "forget",
    "key_of",
    "let_go",
    "negative_state",
    "obtain",
    "peek",
    "prepare",
    "remembered",
    "target_text",
    "version_text",
]
