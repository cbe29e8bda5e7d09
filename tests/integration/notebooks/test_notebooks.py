"""Every notebook from top to bottom, on few users: a cell that fails fails here."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nbmake.nb_run import NotebookRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

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


def run(notebook: Path) -> tuple[str | None, list[Any]]:
    """What went wrong in a notebook, if anything, and the outputs of all its cells."""
    ran = NotebookRun(notebook, PATIENCE_SECONDS).execute()
    outputs = [output for cell in ran.nb.cells for output in cell.get("outputs", [])]
    return ran.error and f"{ran.error.summary}\n{ran.error.trace}", outputs


@pytest.fixture(scope="module")
def runs(few_users: Path) -> Iterator[dict[Path, Future[Any]]]:
    """All of them, two at a time, as somebody may have two open."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield {each: pool.submit(run, each) for each in reversed(NOTEBOOKS)}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_shows_something(notebook: Path, runs: dict[Path, Future[Any]]) -> None:
    problem, outputs = runs[notebook].result()

    assert problem is None, problem
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []  # For example warnings.
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"image/png", "image/svg+xml"} & kinds
