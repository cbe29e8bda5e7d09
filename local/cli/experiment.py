"""`divisa experiment`."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.home import HOME

if TYPE_CHECKING:
    from simulator.experiment.plan import Experiment

EXAMPLES = output.examples(
    ("divisa experiment", "10 populations of 5,000 over the real prices of 2008 to 2026; for most of an hour"),
    ("divisa experiment --users 300 --seeds 2 --until 2019-01-01", "a quick look"),
    ("divisa experiment --json", "for a program; what was run before is not run again"),
)


def experiment(
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Populations, each of its own users.")] = 10,
    users: Annotated[int | None, typer.Option(min=1, help="Users of each.", show_default="5000")] = None,
    told_from: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day with messages.", show_default="2018-01-01"),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day after the last.", show_default="2026-10-01")
    ] = None,
    messages_a_year: Annotated[
        float | None, typer.Option(help="Messages a user and year, at least.", show_default="6")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the JSON there too.", show_default="none")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let fixed alerts, the model and the oracle tell the same simulated people, at equal numbers of messages.

    Each population first lives ten years untold: the model is trained on them, and the alerts are tuned. Then each
    policy has the years after for itself, with the same users, draws and real prices. Users react, tire and leave.
    """
    from local.experiment.report import summary
    from local.experiment.runs import run_seeds

    plan = _plan(users, told_from, until, messages_a_year)
    with output.progress() as report:
        results = run_seeds(plan, range(1, seeds + 1), HOME / "experiment", report)
    document = {"plan": _described(plan), **summary(results)}
    if out is not None:
        from local.json_file import replace_json

        replace_json(out, document)
    if as_json:
        output.say_json(document)
    else:
        _show(document)


def _plan(
    users: int | None, told_from: datetime | None, until: datetime | None, messages_a_year: float | None
) -> "Experiment":
    from simulator.experiment.plan import Experiment

    given: dict[str, Any] = {
        "users": users,
        "told_from": told_from and told_from.date(),
        "end": until and until.date(),
        "messages_a_year": messages_a_year,
    }
    return replace(Experiment(), **{name: value for name, value in given.items() if value is not None})


def _described(plan: "Experiment") -> dict[str, Any]:
    return {
        "users": plan.users,
        "start": plan.start.isoformat(),
        "told_from": plan.told_from.isoformat(),
        "end": plan.end.isoformat(),
        "pair": str(plan.pair),
        "messages_a_year": plan.messages_a_year,
        "training_rows": plan.training_rows,
    }


def _show(document: dict[str, Any]) -> None:
    from rich.table import Table

    from local.experiment.report import COLUMNS, table_of

    table = Table("Policy", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for row in table_of(document):
        table.add_row(*row)
    output.show(table)
    plan = document["plan"]
    output.say(
        f"{len(document['seeds'])} populations of {plan['users']:,} simulated users, real prices of {plan['pair']}; "
        f"messages from {plan['told_from']} to {plan['end']}. In brackets: 95 % over populations."
    )
    for alert in sorted(set(document["alerts"])):
        output.say(f"The fixed alert: {alert} ({document['alerts'].count(alert)} populations).")
