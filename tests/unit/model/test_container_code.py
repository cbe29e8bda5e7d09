from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import model
from model.pipeline import CONTAINER_CODE

HERE = Path(model.__file__).parent
IN_THE_IMAGE = {*sys.stdlib_module_names, "numpy", "joblib", "sklearn"}


def imports_of(source: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", CONTAINER_CODE)
def test_training_in_the_image_needs_nothing_that_the_image_lacks(name: str) -> None:
    own = {f"model.{Path(part).stem}" for part in CONTAINER_CODE} | {"model"}

    assert {module for module in imports_of(HERE / name) if module.split(".")[0] not in IN_THE_IMAGE} <= own


def test_inference_stands_alone() -> None:
    assert {module.split(".")[0] for module in imports_of(HERE / "inference.py")} <= IN_THE_IMAGE
