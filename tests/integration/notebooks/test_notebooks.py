"""Every notebook from top to bottom, on few users: a cell that fails fails here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """A home of the notebooks' own, and the small set."""
    home = tmp_path_factory.mktemp("home")
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
    ran = NotebookRun(notebook, default_timeout=PATIENCE_SECONDS).execute()

    assert ran.error is None, f"{ran.error.summary}\n{ran.error.trace}"
    assert complaints(ran.nb) == []
    assert {"image/png", "image/svg+xml", "text/html", "text/plain"} & shown(ran.nb)


def complaints(notebook: Any) -> list[str]:
    """What cells wrote to the standard error, such as warnings."""
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]


def shown(notebook: Any) -> set[str]:
    """The kinds of all that cells showed."""
    return {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
