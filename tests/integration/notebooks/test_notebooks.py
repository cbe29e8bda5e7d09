"""Every notebook from top to bottom, on few users: a cell that fails fails here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nbmake.nb_run import NotebookRun

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

NOTEBOOKS = sorted((Path(__file__).resolve().parents[3] / "notebooks").glob("*.ipynb"))
PATIENCE_SECONDS = 300
"""A cell takes some seconds, on a machine that does nothing else."""


@pytest.fixture(scope="module", autouse=True)
def few_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the notebooks' own, and the small set. Workers share it, as notebooks do that are open together."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home-of-notebooks"
    home.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as environ:
        for name in ("DIVISA_WHERE", "DIVISA_DATA", "DIVISA_STAGE"):
            environ.delenv(name, raising=False)
        environ.setenv("DIVISA_HOME", str(home))
        environ.setenv("DIVISA_SMALL", "1")
        environ.setenv("OMP_NUM_THREADS", "1")
        environ.setenv("IPYTHONDIR", str(home / "ipython"))
        yield home


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_shows_something(notebook: Path) -> None:
    ran = NotebookRun(notebook, PATIENCE_SECONDS).execute()

    assert ran.error is None, f"{ran.error.summary}\n{ran.error.trace}"
    outputs = [output for cell in ran.nb.cells for output in cell.get("outputs", [])]
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []  # For example warnings.
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"image/png", "image/svg+xml"} & kinds
