"""However rows are spread over files, however often files come, and however many bring them in at once: one silver."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.loading.plan import Backfill, Request
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.histories import History, Then, as_object, histories
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


def brought_in(lake: SmallLake, history: History) -> None:
    """Hand in one file after the other, with runs in between as they come, and one at the end."""
    for number in range(len(history.files)):
        match history.hand_in(lake.objects, number, DATASET):
            case Then.RUN:
                lake.bring_in()
            case Then.RUN_TWICE:
                bring_in_at_once(lake)
    lake.bring_in()
    assert lake.lost() == 0


@pytest.mark.slow
@given(history=histories())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_silver_does_not_depend_on_how_its_rows_came(history: History) -> None:
    with TemporaryDirectory() as folder:
        lake = SmallLake(FolderObjects(Path(folder) / "lake"), DuckSession(), history.contract)
        brought_in(lake, history)
        assert lake.silver() == clean(Path(folder) / "clean", history)
        assert len(lake.set_aside()) == sum(rows.count(BAD) for rows, _ in history.loads)
        assert sum(entry.rows_in for entry in lake.accounts()) == sum(len(rows) for rows, _ in history.loads)


@pytest.mark.slow
@given(history=histories(days=200))
@settings(max_examples=7, deadline=None, derandomize=True)
def test_no_key_is_gone_where_rows_are_late_and_a_backfill_merges_them_all(history: History) -> None:
    with TemporaryDirectory() as folder:
        contract = history.contract.model_copy(update={"merge_window": WINDOW} if history.contract.event_time else {})
        lake = SmallLake(FolderObjects(Path(folder) / "lake"), DuckSession(), contract)
        brought_in(lake, history)
        alone = clean(Path(folder) / "clean", history)
        keys = {row[: len(contract.key)] for row in alone}
        assert {row[: len(contract.key)] for row in (*lake.silver(), *lake.late())} == keys
        lake.bring_in(EVERYTHING)
        assert lake.silver() == alone
        assert (lake.late(), lake.lost()) == ([], 0)


class Price(NamedTuple):
    """A price as files and streams have it."""

    pair: str
    event_time: str
    bid: str
    ask: str


WRITTEN: Final = ("stream", "gzip", "objects", "csv")
PRICES: Final = st.lists(
    st.builds(
        Price,
        pair=st.sampled_from(["USD/MXN", "USD/BRL"]),
        event_time=st.sampled_from(["2024-01-05T14:15:00Z", "2024-01-05T14:15:00.000001Z", "2024-01-09T00:00:00Z"]),
        bid=st.sampled_from(["1", "1.5", "8.0000000000000001"]),
        ask=st.just("9"),
    ),
    min_size=1,
    max_size=5,
)


def of_stream(price: Price) -> bytes:
    """A price as the stream of quotes carries it."""
    return as_object({**price._asdict(), "source": "x"}).replace(b"}\n", b', "sequence": 1}\n')


@pytest.mark.slow
@given(
    batches=st.lists(st.tuples(PRICES, st.sampled_from(["stream", "gzip", "objects", "csv"])), min_size=1, max_size=5)
)
@settings(max_examples=4, deadline=None, derandomize=True)
def test_what_a_stream_delivers_and_what_is_handed_in_are_the_same_rows(batches: list[tuple[list[Price], str]]) -> None:
    contract = contracts()["fx_prices"]
    header = b"pair,event_time,bid,ask\n"
    with TemporaryDirectory() as folder:
        lake = SmallLake(FolderObjects(Path(folder) / "lake"), DuckSession(), contract)
        clean = SmallLake(FolderObjects(Path(folder) / "clean"), DuckSession(), contract)
        for number, (prices, written) in enumerate(batches):
            as_csv = header + b"".join(",".join(price).encode() + b"\n" for price in prices)
            streamed = b"".join(map(of_stream, prices))
            name, content = {
                "stream": (f"stream/day=2024-01-09/{number}", streamed),
                "gzip": (f"stream/day=2024-01-09/{number}", gzip.compress(streamed, mtime=0)),
                "objects": (f"{number}.jsonl", b"".join(as_object(price._asdict()) for price in prices)),
                "csv": (f"{number}.csv", as_csv),
            }[written]
            lake.objects.put(f"landing/fx_prices/{name}", content)
            clean.objects.put(f"landing/fx_prices/{number}.csv", as_csv)
        bring_in_at_once(lake)
        clean.bring_in()
        assert lake.silver() == clean.silver()
        assert lake.lost() == 0
        assert sum(entry.rows_in - sum(entry.quarantine.values()) for entry in lake.accounts()) == sum(
            len(prices) for prices, _ in {(tuple(prices), written) for prices, written in batches}
        )
