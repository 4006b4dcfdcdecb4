"""Every Python block of the README runs, and every `# -> value` in it is what Python says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECK = """
def _check(value, expected):
    expected = expected.replace("\\\\n", "\\n")
    assert repr(value) == expected, (repr(value), expected)

"""


def program() -> str:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 6
    code = "\n".join(blocks)
    assert code.count("  # -> ") >= 10
    return CHECK + re.sub(r"^(\S.*?)  # -> (.*)$", lambda m: f"_check({m[1]}, {m[2]!r})", code, flags=re.MULTILINE)


def test_python_blocks_run(tmp_path: Path) -> None:
    path = tmp_path / "readme.py"
    path.write_text(program())
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(path)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_shell_lines_name_things_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    for file, name in re.findall(r"(examples/\w+\.py):(\w+)", text):
        assert f"def {name}(" in (ROOT / file).read_text()
    for target in re.findall(r"^make (\w+)", text, re.MULTILINE):
        assert f"\n{target}:" in (ROOT / "Makefile").read_text()
