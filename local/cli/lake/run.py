"""`divisa lake run` and `divisa lake backfill`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output

if TYPE_CHECKING:
    from lake.loading.plan import Request

RUN_EXAMPLES = output.examples(
    ("divisa lake run", "bring everything that landed into tables, and do what earlier runs left"),
)
BACKFILL_EXAMPLES = output.examples(
    (
        "divisa lake backfill fx_transactions 2026-01-01 2026-01-31",
        "merge the files of January once more, with the rows that came too late",
    ),
)


def run() -> None:
    """Begin a run of the lake and wait for its end."""
    from lake.loading.plan import Request

    _run(Request())


def backfill(
    dataset: Annotated[str, typer.Argument(help="Whose files.")],
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="From the day on which they were received.")],
    last: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Until the day, which is included.")],
) -> None:
    """Merge files once more, their rows that came too late as well, and make what depends on them anew."""
    from divisa.domain.errors import InvalidInput
    from lake.contract.datasets import datasets
    from lake.loading.plan import Backfill, Request

    if dataset not in datasets():
        raise InvalidInput(f"there is no dataset {dataset}; there are {', '.join(datasets())}")
    if last < first:
        raise InvalidInput("the last day is before the first")
    _run(Request(backfill=Backfill(dataset, first.date(), last.date())))


def _run(request: "Request") -> None:
    from local import cloud
    from local.lake.runs import open_runs

    with output.progress() as report, open_runs(cloud.running()) as runs:
        name = runs.begin(request)
        report(f"run {name}")
        runs.wait(name)
    output.say(f"Run {name} is done; `divisa lake status` shows what became of the rows.")
