"""Every feed through the doors of a lake of its own, and what became of every row."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import LaptopCloudError
from lake.contract.examples import rows as made
from lake.contract.reading import contracts
from lake.loading.load import UNKNOWN
from lake.loading.plan import Request
from lake.loading.report import report
from lake.report.page import page
from lake.report.words import Language
from local import cloud
from local.home import HOME
from local.json_file import replace_json
from local.lake import feeds, sinks
from local.lake.asking import asked
from local.lake.carrying import DOORS, LOG, STREAM, TABLE, open_carrying
from local.lake.handing_in import hand_in
from local.lake.night import spend
from local.lake.runs import open_objects, open_runs
from local.lake.tables import open_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from lake.contract.contract import Contract
    from lake.loading.report import DatasetReport
    from local.cloud import LaptopCloud
    from local.lake.runs import Runs

HERE: Final = HOME / "demo-lake"
"""The demo's own laptop cloud."""
REPORT: Final = HOME / "demo-lake.json"


def run(
    say: Callable[[str], None],
    *,
    home: Path = HERE,
    to: Path = REPORT,
    datasets: Collection[str] | None = None,
    night: bool = False,
) -> list[DatasetReport]:
    """Run the demo and write its report.

    Args:
        say: told each step.
        home: the folder of the demo's laptop cloud, which is wiped.
        to: the report's file, JSON; the page of charts lies beside it.
        datasets: whose feeds come in; None for all.
        night: whether a night follows, in which somebody is erased. The figures are those of before.

    Returns:
        What became of the rows of each dataset.

    Raises:
        LaptopCloudError: something did not start, or a run failed.
    """
    started = time.perf_counter()
    cloud.down(wipe=True, say=lambda line: None, home=home)
    running = cloud.up(model=None, say=say, home=home)
    try:
        with (
            open_runs(running) as runs,
            open_objects(running) as objects,
            open_carrying(running, objects) as carrying,
        ):
            every = {name: each for name, each in contracts().items() if datasets is None or name in datasets}
            first = [file for contract in every.values() for file in feeds.first_files(contract)]
            first.append(feeds.File(UNKNOWN, "lost.csv", b"a,b\n1,2\n"))
            say(f"{len(first)} files of {len(every)} datasets come in: dropped, over the API, by its form, pulled")
            doors = hand_in(running, objects, first)
            _follow(runs, say)
            later = [file for each in every.values() if each.dataset not in DOORS for file in feeds.later_files(each)]
            carried = [each for each in every.values() if each.dataset in DOORS]
            say(
                f"{len(later)} more, and rows of {len(carried)} datasets by the streams, by tables, by the decision log"
            )
            doors |= {(each.dataset, carrying.put(each)) for each in carried}
            # What lands while a run gathers is part of it, so the files come when the slowest rows have landed.
            carrying.wait({TABLE})
            doors |= hand_in(running, objects, later)
            carrying.wait({TABLE, STREAM, LOG})
            _follow(runs, say)
            say("the scheduled run: what was left is done")
            runs.wait(runs.begin(Request()))
            found = report(objects, every)
            _show(running, every, to.with_suffix(".html"), say)
            if night:
                spend(running, objects, every, _somebody(every), say)
            failed = [each.name for each in runs.all() if each.status != "SUCCEEDED"]
            if failed:
                raise LaptopCloudError("lake", runs.one(failed[0]).cause or failed[0])
    finally:
        cloud.down(say=lambda line: None, home=home)
    seconds = time.perf_counter() - started
    figures = {
        each.dataset: {**each.as_json(), "doors": sorted(door for name, door in doors if name == each.dataset)}
        for each in found
    }
    at = datetime.now(UTC).isoformat(timespec="seconds")
    replace_json(to, {"at": at, "seconds": round(seconds, 1), "datasets": figures})
    return found


def summed(found: Sequence[DatasetReport]) -> dict[str, Any]:
    """The rows of all datasets together."""
    names = ("files", "rows_in", "silver", "duplicates", "late", "unaccounted")
    sums = {name: sum(getattr(each, name) for each in found) for name in names}
    return sums | {"quarantine": sum(sum(each.quarantine.values()) for each in found)}


def _somebody(every: Mapping[str, Contract]) -> str:
    """A user of whom there are rows; those of the ledger would stay, under a pseudonym."""
    contract = every["fx_suggestions"]
    [row] = made(contract, 1)
    return dict(zip(contract.columns, row, strict=True))["user_id"]


def _show(running: LaptopCloud, every: Mapping[str, Contract], to: Path, say: Callable[[str], None]) -> None:
    """Look at the tables from all sides: in the databases beside the lake, by Athena, as a page of charts."""
    say(sinks.said(sinks.taken(running)))
    say(f"Athena tells what became of the rows of {asked(running, 'rows_by_dataset', {}).num_rows} datasets")
    with open_tables(running) as tables:
        to.write_text(page(tables, every, at=datetime.now(UTC), language=Language.ES), encoding="utf-8")
    say(f"a page of charts is written to {to.name}")


def _follow(runs: Runs, say: Callable[[str], None]) -> None:
    """Wait for the runs that files began."""
    time.sleep(1.0)  # Until the events have reached the state machine.
    runs.settle()
    say(f"{sum(run.status == 'SUCCEEDED' for run in runs.all())} runs done")
