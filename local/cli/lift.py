"""`divisa lift`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output

if TYPE_CHECKING:
    from divisa.domain.lift import Interval, Lift, LiftReport, Trial

EXAMPLES = output.examples(
    ("divisa lift", "what telling people does, in the running cloud"),
    ("divisa lift --window 48", "when it counts for two days"),
    ("divisa lift --file trials.csv --json", "of another experiment, for a program"),
)
_WINDOW = 24.0


def lift(
    window: Annotated[
        float | None,
        typer.Option(min=0.01, max=2160, help="Hours in which a trade counts as following; 24 unless said."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Read trials from this .csv or .jsonl and not from the cloud.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how many more people do what is suggested when they are told, against those held out at random.

    The interval is that of 95 %; docs/lift.md says what is counted, and how to read it.
    """
    from divisa.domain.errors import InvalidInput
    from divisa.domain.lift import MINIMUM, report

    if file is not None and window is not None:
        raise InvalidInput("--window is of no use with --file, whose rows say who traded")
    hours = window or _WINDOW
    trials, still_open = _of_file(file) if file is not None else _of_cloud(hours)
    found = report(trials)
    if as_json:
        output.say_json(
            {
                "window_hours": None if file else hours,
                "open": still_open,
                "minimum_users": MINIMUM,
                "confidence": 0.95,
                **_as_json(found),
            }
        )
        return
    _show(found)
    if still_open:
        output.say(f"{still_open:,} suggestions are younger than {hours:g} hours and do not count yet.")
    if found.overall.difference is None:
        output.say(f"Too few: each group needs {MINIMUM} users whose window is over.")


def _of_file(path: Path) -> "tuple[list[Trial], int]":
    from local.trial_file import read_trials

    return read_trials(path), 0


def _of_cloud(hours: float) -> "tuple[list[Trial], int]":
    from datetime import UTC, datetime, timedelta

    from divisa.domain.outcome import OutcomeRules
    from divisa.services.read_trials import ReadTrials
    from local import cloud
    from local.stores import open_stores

    stores = open_stores(cloud.running())
    # A replay's time is that of its prices.
    quotes = [record.quote for pair in stores.pairs if (record := stores.markets.load(pair)).quote is not None]
    at = max((quote.event_time for quote in quotes if quote is not None), default=datetime.min.replace(tzinfo=UTC))
    found = ReadTrials(stores.suggestions, stores.ledger)(at, OutcomeRules(window=timedelta(hours=hours)))
    return found.ended, found.open


def _as_json(found: "LiftReport") -> dict[str, Any]:
    return {
        "overall": _lift(found.overall),
        "segments": [{"by": each.by, "value": each.value, **_lift(each.lift)} for each in found.segments],
    }


def _lift(found: "Lift") -> dict[str, Any]:
    groups = {
        name: {
            "suggestions": group.suggestions,
            "users": group.users,
            "traded": group.traded,
            "rate": group.traded / group.suggestions if group.suggestions else None,
        }
        for name, group in (("treated", found.treated), ("held_out", found.held_out))
    }
    return {**groups, "difference": _interval(found.difference), "ratio": _interval(found.ratio)}


def _interval(found: "Interval | None") -> dict[str, float] | None:
    return None if found is None else {"estimate": found.estimate, "low": found.low, "high": found.high}


def _show(found: "LiftReport") -> None:
    from rich.table import Table

    table = Table("Suggestions", box=None, pad_edge=False)
    for header in ("Told", "Users", "Traded", "Held out", "Users", "Traded", "Lift, points", "95 %", "Ratio", "95 %"):
        table.add_column(header, justify="right")
    table.add_row("all", *_cells(found.overall), style="bold")
    for each in found.segments:
        table.add_row(f"{each.by} {each.value}", *_cells(each.lift))
    output.show(table)


def _cells(found: "Lift") -> list[str]:
    cells = []
    for group in (found.treated, found.held_out):
        share = f"{100 * group.rate:.1f} %" if group.suggestions else "none"
        cells += [f"{group.suggestions:,}", f"{group.users:,}", share]
    points, ratio = found.difference, found.ratio
    if points is None:
        return [*cells, "too few", "", "", ""]
    cells += [f"{100 * points.estimate:+.1f}", f"{100 * points.low:+.1f} to {100 * points.high:+.1f}"]
    if ratio is None:
        return [*cells, "none", ""]
    return [*cells, f"{ratio.estimate:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}"]
