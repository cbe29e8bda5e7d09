from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.load import UNKNOWN
from lake.loading.plan import Request
from lake.loading.planning import plan
from lake.loading.report import report
from lake.loading.run import Run, Step
from lake.storage.folder import FolderObjects
from local.lake.feeds import ROWS, File, first_files, later_files

pytestmark = pytest.mark.slow


def carried(objects: FolderObjects, session: DuckSession, name: str, files: list[File]) -> None:
    for file in files:
        objects.put(f"landing/{file.dataset}/{file.name}", file.content)
    plan(objects, tuple(contracts()), name, Request())
    run = Run(name, datetime.now(UTC), objects, contracts(), lambda: session)
    for step in Step:
        run.take(step)


def test_every_row_of_the_demonstrations_feeds_is_accounted_for() -> None:
    with TemporaryDirectory() as folder:
        objects, session = FolderObjects(Path(folder) / "lake"), DuckSession()
        every = contracts().values()
        carried(objects, session, "first", [file for each in every for file in first_files(each)])
        carried(objects, session, "later", [file for each in every for file in later_files(each)])
        found = {each.dataset: each for each in report(objects, contracts())}
        session.close()

    assert found[UNKNOWN].files == 0
    for dataset, contract in contracts().items():
        here = found[dataset]
        windowed = contract.merge_window is not None
        assert here.unaccounted == 0
        assert here.files == (6 if windowed else 5), "one of them came twice"
        assert here.silver == ROWS + (20 if windowed else 0)
        assert here.late == (10 if windowed else 0)
        assert here.duplicates == ROWS // 2 - ROWS // 3
        assert sum(here.quarantine.values()) == 6
        assert {"encoding", "missing", "nul", "quotes", "refused_file"} <= here.quarantine.keys()
        assert here.newest is not None
        always = replace(here, market_hours=False)  # Markets may be closed while this runs.
        assert always.is_fresh(here.newest) and not always.is_fresh(here.newest + 2 * contract.freshness)
