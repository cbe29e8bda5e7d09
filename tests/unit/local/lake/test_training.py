"""What retraining learns of the files that the lake writes is what is learned of the files that came into it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.run import Run, Step
from lake.storage.folder import FolderObjects
from lake.upkeep.exporting import TRAINING, Export
from model.jobs.prepare import files_of
from model.pipeline import train_model
from model.training_files import TrainingFiles
from tests.one_world import simulated

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

pytestmark = pytest.mark.slow
TREES = 20


class GoldOf:
    """`Tables` of a session."""

    def __init__(self, session: DuckSession) -> None:
        self._session = session

    def gold(self, name: str, *columns: str) -> pa.Table:
        return self._session.table(f"SELECT * FROM gold.{name}").select(list(columns))  # noqa: S608 - our own name

    def accounts(self) -> pa.Table:
        raise AssertionError


def test_a_model_is_the_same_to_the_byte_out_of_the_lake_and_out_of_the_files(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = simulated(tmp_path_factory)
    objects, session = FolderObjects(tmp_path / "lake"), DuckSession()
    for dataset, file in (("fx_prices", files.prices), ("fx_transactions", files.transactions)):
        lines = file.read_bytes().splitlines(keepends=True)
        half = len(lines) // 2
        objects.put(f"landing/{dataset}/later.csv", lines[0] + b"".join(reversed(lines[half - 50 :])))
        objects.put(f"landing/{dataset}/earlier.csv", b"".join(lines[:half]))
    plan(objects, tuple(contracts()), "all", Request())
    run = Run("all", datetime.now(UTC), objects, contracts(), lambda: session)
    for step in Step:
        run.take(step)

    assert Export(GoldOf(session), objects)() == "2 training files written"
    session.close()
    before = train_model(
        TrainingFiles(files.prices, files.transactions), tmp_path / "a", hyper_parameters={"max_iter": TREES}
    )
    after = train_model(
        files_of(tmp_path / "lake" / TRAINING, tmp_path), tmp_path / "b", hyper_parameters={"max_iter": TREES}
    )

    assert after.version == before.version
    assert after.artefact.read_bytes() == before.artefact.read_bytes()
    assert after.rows == before.rows
