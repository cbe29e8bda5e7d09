"""Facts about the notebooks as files: in order, plain, thin, and without anything that a run leaves behind."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_CELL = 12
"""Lines of code; what is longer belongs in a module."""

of_each = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def read(notebook: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    return document


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in read(notebook)["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_they_are_numbered_without_a_gap() -> None:
    assert [int(notebook.name[:2]) for notebook in NOTEBOOKS] == list(range(1, 7))


@of_each
def test_none_has_outputs_or_execution_counts(notebook: Path) -> None:
    assert [cell["id"] for cell in cells(notebook, "code") if cell["outputs"] or cell["execution_count"]] == []
    assert {name for cell in read(notebook)["cells"] for name in cell["metadata"]} == set()


@of_each
def test_it_says_first_what_it_shows_how_long_it_takes_and_what_it_needs(notebook: Path) -> None:
    first = read(notebook)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith(f"# {int(notebook.name[:2])}. ")
    for heading in ("What you will see", "How long it takes", "What it needs"):
        assert f"**{heading}.** " in source(first)


@of_each
def test_its_cells_are_short_and_define_nothing(notebook: Path) -> None:
    for cell in cells(notebook, "code"):
        code = re.sub(r"^%.*$", "", source(cell), flags=re.MULTILINE)
        assert len(code.splitlines()) <= LONGEST_CELL, source(cell)
        for node in ast.walk(ast.parse(code)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda), source(cell)


@of_each
def test_it_runs_with_any_python_and_names_no_machine(notebook: Path) -> None:
    metadata = read(notebook)["metadata"]
    assert metadata["kernelspec"] == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert metadata["language_info"] == {"name": "python"}


@of_each
def test_its_links_lead_somewhere(notebook: Path) -> None:
    links = [link for cell in cells(notebook, "markdown") for link in re.findall(r"\]\(([^)\s]+)\)", source(cell))]
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_the_readme_says_what_each_is_for() -> None:
    listed = re.findall(r"\]\((\d\d_\w+\.ipynb)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert listed == [notebook.name for notebook in NOTEBOOKS]
