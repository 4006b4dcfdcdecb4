"""Everything in this folder asks what a text means: it runs on the interpreter and compiles nothing."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "frontend":
            item.add_marker(pytest.mark.filterwarnings("ignore::iris_cc.FallbackWarning"))


@pytest.fixture(autouse=True)
def _interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
