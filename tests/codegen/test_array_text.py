"""The programs with arrays after the passes, as IR and as C: the expected texts lie beside this file, in `arrays/`.

`--update-golden` rewrites them; review the diff like code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from iris_cc.codegen.cfamily import kernel_function
from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.passes.run import run
from iris_cc.target import Target
from tests.ir.programs import PROGRAMS

FOLDER = Path(__file__).parent / "arrays"


@pytest.mark.parametrize("stage", ["ir", "c"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_text(name: str, stage: str, request: pytest.FixtureRequest) -> None:
    fn = run(parse(PROGRAMS[name][0]), verify=True)
    actual = print_function(fn) if stage == "ir" else kernel_function(fn, Target())
    expected = FOLDER / f"{name}.{stage}"
    if request.config.getoption("--update-golden"):
        expected.write_text(actual, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == actual


def test_every_expected_file_has_its_program() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PROGRAMS)
