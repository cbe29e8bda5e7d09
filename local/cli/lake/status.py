"""`divisa lake status`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from lake.loading.report import DatasetReport
    from local.lake.runs import RunState

EXAMPLES = output.examples(
    ("divisa lake status", "every dataset's rows and freshness, and the last runs"),
    ("divisa lake status --json", "the same for programs"),
)
_RUNS = 5


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what became of every dataset's rows, whether new ones come as promised, and the last runs.

    Exit code 1 if nobody knows what became of some rows.
    """
    from lake.contract.reading import contracts
    from lake.loading.report import report
    from local import cloud
    from local.lake.runs import open_objects, open_runs

    running = cloud.running()
    with open_objects(running) as objects, open_runs(running) as runs:
        found, last = report(objects, contracts()), runs.all()[:_RUNS]
    now = datetime.now(UTC)
    if as_json:
        output.say_json({"datasets": {each.dataset: _as_json(each, now) for each in found}, "runs": _runs(last)})
    else:
        show_rows(found, now)
        _show_runs(last)
    if any(each.unaccounted for each in found):
        raise typer.Exit(1)


def show_rows(found: "list[DatasetReport]", now: datetime | None = None) -> None:
    """Print what became of the rows of datasets, and at a moment whether new ones come as promised."""
    from rich.table import Table

    columns = ("Dataset", "Files", "Rows in", "Silver", "Quarantine", "Duplicates", "Late", "Unaccounted")
    table = Table(*columns, *([] if now is None else ["Fresh"]), box=None, pad_edge=False)
    for each in found:
        if not each.files and now is None:
            continue
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(each.quarantine.items()))
        numbers = (each.duplicates, each.late, each.unaccounted)
        row = [each.dataset, f"{each.files:,}", f"{each.rows_in:,}", f"{each.silver:,}", reasons or "0"]
        row += [f"{number:,}" for number in numbers]
        table.add_row(*row, *([] if now is None else [_fresh(each, now)]))
    output.show(table)


def _show_runs(last: "list[RunState]") -> None:
    from rich.table import Table

    table = Table("Run", "Began", "Took", "Ended", box=None, pad_edge=False)
    for each in last:
        took = f"{(each.ended_at - each.started_at).total_seconds():.0f} s" if each.ended_at else ""
        table.add_row(each.name, f"{each.started_at:%Y-%m-%d %H:%M:%S}", took, each.status.lower())
    output.show(table)


def _fresh(each: "DatasetReport", now: datetime) -> str:
    if each.promise is None:
        return ""
    if each.newest is None:
        return f"nothing yet (promised every {_span(each.promise)})"
    return f"{'yes' if each.is_fresh(now) else 'no'}, {_span(now - each.newest)} of {_span(each.promise)}"


def _span(span: Any) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _as_json(each: "DatasetReport", now: datetime) -> dict[str, Any]:
    newest = each.newest.isoformat() if each.newest else None
    return {**each.as_json(), "newest_file": newest, "fresh": each.is_fresh(now)}


def _runs(last: "list[RunState]") -> list[dict[str, Any]]:
    return [
        {
            "run": each.name,
            "status": each.status,
            "started_at": each.started_at.isoformat(),
            "ended_at": each.ended_at.isoformat() if each.ended_at else None,
        }
        for each in last
    ]
