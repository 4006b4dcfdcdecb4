"""The part of a wheel that is computed: the version of the stages, which a checkout computes for itself."""

from __future__ import annotations

import hashlib
import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StagesVersion(BuildHookInterface[Any]):
    """Adds the file that `iris_cc/stages.py` looks for first."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        stages = runpy.run_path(str(root / "iris_cc" / "stages.py"))
        files = stages["listing"](str(root / "iris_cc"), str(root / "runtime_c"))
        self.folder = tempfile.TemporaryDirectory()
        computed = Path(self.folder.name, stages["IN_WHEEL"])
        computed.write_text(stages["version"](files, lambda data: hashlib.sha256(data).digest()), encoding="ascii")
        build_data["force_include"][str(computed)] = f"iris_cc/{computed.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self.folder.cleanup()
