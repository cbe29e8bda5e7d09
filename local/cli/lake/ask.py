"""`divisa lake ask`."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXAMPLES = output.examples(
    ("divisa lake ask hires_by_quarter --year 2021", "who was hired, by department, job and quarter"),
    ("divisa lake ask energy_margin --year 2024 --of warehouse", "what each provider's energy earned"),
    ("divisa lake ask departments_above_mean --year 2021 --json", "the same for programs"),
)


class Name(StrEnum):
    """The reports that there are: `lake.sinks.reporting.Report`, whose libraries a help text does not wait for."""

    HIRES_BY_QUARTER = "hires_by_quarter"
    DEPARTMENTS_ABOVE_MEAN = "departments_above_mean"
    ENERGY_MARGIN = "energy_margin"


class Of(StrEnum):
    """Which database beside the lake is asked."""

    RELATIONAL = "relational"
    WAREHOUSE = "warehouse"


def ask(
    name: Annotated[Name, typer.Argument(help="Which report.")],
    year: Annotated[int, typer.Option(min=1, max=9999, help="About which year, UTC.")],
    of: Annotated[Of, typer.Option(help="Which database beside the lake to ask.")] = Of.RELATIONAL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a database beside the lake for a report about a year. Runs of the lake load what it reads."""
    from lake.contract.contract import Sink
    from lake.sinks.reporting import Report
    from local import cloud
    from local.lake import sinks

    rows = sinks.ask(cloud.running(), Report(name), year, Sink(of))
    if as_json:
        output.say_json([{column: _plain(value) for column, value in row.items()} for row in rows])
    else:
        _show(rows)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _show(rows: "Sequence[Mapping[str, Any]]") -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(*(rows[0] if rows else ()), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row.values()))
    output.show(table)
    output.say(f"{len(rows):,} rows.")
