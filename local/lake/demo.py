"""Every feed through the doors of a lake of its own, and what became of every row."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import httpx

from divisa.domain.errors import LaptopCloudError
from lake.contract.reading import contracts
from lake.loading.plan import Request
from lake.loading.report import report
from local import accounts, cloud
from local.home import HOME
from local.json_file import replace_json
from local.lake import feeds
from local.lake.runs import open_objects, open_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from lake.loading.report import DatasetReport
    from local.cloud import LaptopCloud
    from local.lake.feeds import File
    from local.lake.runs import Runs

HERE: Final = HOME / "demo-lake"
"""The demo's own laptop cloud."""
REPORT: Final = HOME / "demo-lake.json"
OVER_API: Final = "energy_transactions"
BY_FORM: Final = "shop_orders"
"""The datasets whose first files are handed in over the API, and by the form that it gives; the others are dropped."""


def run(
    say: Callable[[str], None], *, home: Path = HERE, to: Path = REPORT, datasets: Collection[str] | None = None
) -> list[DatasetReport]:
    """Run the demo and write its report.

    Args:
        say: told each step.
        datasets: whose feeds come in; None for all.
        home: the folder of the demo's laptop cloud, which is wiped.
        to: the report's file, JSON.

    Returns:
        What became of the rows of each dataset.

    Raises:
        LaptopCloudError: something did not start, or a run failed.
    """
    started = time.perf_counter()
    cloud.down(wipe=True, say=lambda line: None, home=home)
    running = cloud.up(model=None, say=say, home=home)
    try:
        with open_runs(running) as runs, open_objects(running) as objects:
            every = {name: each for name, each in contracts().items() if datasets is None or name in datasets}
            first = [file for contract in every.values() for file in feeds.first_files(contract)]
            first.append(feeds.File("nowhere", "lost.csv", b"a,b\n1,2\n"))
            say(f"{len(first)} files of {len(every)} datasets come in: dropped, over the API, by its form")
            _hand_in(running, first)
            _follow(runs, say)
            later = [file for contract in every.values() for file in feeds.later_files(contract)]
            say(f"{len(later)} more: late and repeated rows, packed, as JSON lines")
            _hand_in(running, later)
            _follow(runs, say)
            say("the scheduled run: what was left is done")
            runs.wait(runs.begin(Request()))
            found = report(objects, every)
            failed = [each.name for each in runs.all() if each.status != "SUCCEEDED"]
            if failed:
                raise LaptopCloudError("lake", runs.one(failed[0]).cause or failed[0])
    finally:
        cloud.down(say=lambda line: None, home=home)
    seconds = time.perf_counter() - started
    datasets = {each.dataset: each.as_json() for each in found}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    replace_json(to, {"at": at, "seconds": round(seconds, 1), "datasets": datasets})
    return found


def summed(found: Sequence[DatasetReport]) -> dict[str, Any]:
    """The rows of all datasets together."""
    names = ("files", "rows_in", "silver", "duplicates", "late", "unaccounted")
    sums = {name: sum(getattr(each, name) for each in found) for name in names}
    return sums | {"quarantine": sum(sum(each.quarantine.values()) for each in found)}


def _hand_in(running: LaptopCloud, files: Sequence[File]) -> None:
    with open_objects(running) as objects, httpx.Client(timeout=30.0) as http:
        token = accounts.feeds_token(running)
        for file in files:
            if file.dataset in {OVER_API, BY_FORM} and _is_taken(file):
                _over_api(http, f"{accounts.api_url(running)}/v1/feeds/{file.dataset}/{file.name}", token, file)
            else:
                objects.put(f"landing/{file.dataset}/{file.name}", file.content)


def _is_taken(file: File) -> bool:
    """Whether the API takes a file: it is CSV by its name, and text in UTF-8."""
    try:
        return file.name.endswith(".csv") and bool(file.content.decode())
    except UnicodeDecodeError:
        return False


def _over_api(http: httpx.Client, url: str, token: str, file: File) -> None:
    authorized = {"Authorization": f"Bearer {token}"}
    if file.dataset == OVER_API:
        answer = http.put(url, headers={**authorized, "Content-Type": "text/csv"}, content=file.content)
    else:
        body = {"sha256": hashlib.sha256(file.content).hexdigest(), "bytes": len(file.content)}
        answer = http.post(url, headers=authorized, json=body)
        if answer.is_success:
            form = answer.json()
            answer = http.post(form["url"], data=form["fields"], files={"file": file.content})
    if not answer.is_success:
        raise LaptopCloudError("lake", f"{file.name} was not taken: {answer.status_code} {answer.text[:200]}")


def _follow(runs: Runs, say: Callable[[str], None]) -> None:
    """Wait for the runs that files began."""
    time.sleep(1.0)  # Until the events have reached the state machine.
    runs.settle()
    say(f"{sum(run.status == 'SUCCEEDED' for run in runs.all())} runs done")
