"""However rows are spread over files, however often files come, and however many bring them in at once: one silver."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.engines.duck import DuckSession
from lake.loading.plan import Backfill, Request
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.histories import History, histories
from tests.unit.lake.loading.small_lake import BAD, DATASET, SmallLake

WINDOW: Final = timedelta(days=60)
EVERYTHING: Final = Request(backfill=Backfill(DATASET, date(1970, 1, 1), date(9999, 1, 1)))


def clean(root: Path, history: History) -> list[tuple[Any, ...]]:
    """Silver of a lake that got each row once, in one file."""
    lake = SmallLake(FolderObjects(root), DuckSession(), history.contract)
    lake.hand_in("all.csv", history.good)
    lake.bring_in()
    return lake.silver()


def bring_in_at_once(lake: SmallLake) -> None:
    """Let two runs bring in all that landed, at the same time, and then one that brings the accounts up to date."""
    one = lake.session
    assert isinstance(one, DuckSession)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(lake.bring_in, session=one.another()) for _ in range(2)]:
            done.result()


@pytest.mark.slow
@given(history=histories(), at_once=st.booleans())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_silver_does_not_depend_on_how_its_rows_came(history: History, *, at_once: bool) -> None:
    with TemporaryDirectory() as folder:
        lake = SmallLake(FolderObjects(Path(folder) / "lake"), DuckSession(), history.contract)
        for number, rows in enumerate(history.files):
            lake.hand_in(f"{number}.csv", rows)
            if not at_once:
                lake.bring_in()
        if at_once:
            bring_in_at_once(lake)
        alone = clean(Path(folder) / "clean", history)
        assert lake.silver() == alone
        assert lake.lost() == 0
        distinct = {tuple(rows): rows.count(BAD) for rows in history.files}
        assert len(lake.set_aside()) == sum(distinct.values())
        assert sum(entry.rows_in for entry in lake.accounts()) == sum(map(len, distinct))


@pytest.mark.slow
@given(history=histories(days=200))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_no_key_is_gone_where_rows_are_late_and_a_backfill_merges_them_all(history: History) -> None:
    with TemporaryDirectory() as folder:
        contract = history.contract.model_copy(update={"merge_window": WINDOW} if history.contract.event_time else {})
        lake = SmallLake(FolderObjects(Path(folder) / "lake"), DuckSession(), contract)
        for number, rows in enumerate(history.files):
            lake.hand_in(f"{number}.csv", rows)
            lake.bring_in()
            assert lake.lost() == 0
        alone = clean(Path(folder) / "clean", history)
        keys = {row[: len(contract.key)] for row in alone}
        assert {row[: len(contract.key)] for row in (*lake.silver(), *lake.late())} == keys
        lake.bring_in(EVERYTHING)
        assert lake.silver() == alone
        assert (lake.late(), lake.lost()) == ([], 0)
