"""`make faults`: faults on the whole path of a suggestion, and a table of what became of every suggestion."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from divisa.domain.errors import DivisaError
from local.cli import output
from local.faults.books import End
from local.faults.suite import Result, Size, run
from local.home import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

ENDS: Final = {
    "delivered": End.DELIVERED,
    "suppressed": End.SUPPRESSED,
    "held": End.HELD,
    "uncertain": End.UNCERTAIN,
    "uncertain_unseen": End.UNSEEN,
    "expired": End.EXPIRED,
    "quiet": End.QUIET,
    "capped": End.CAPPED,
    "unreached": End.UNREACHED,
    "lost": End.LOST,
}
"""What the report calls every end; together they are all suggestions."""
REPORT: Final = ROOT / "bench" / "results" / "faults.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite, print the tables, write the report.

    Returns:
        0 when enough faults lost nothing and told nobody twice, 1 when not, 2 when it could not be done.
    """
    parser = argparse.ArgumentParser(prog="make faults", description="Inject faults on a laptop cloud of its own.")
    usual = Size()
    parser.add_argument("--faults", type=int, default=usual.faults, help="at least so many")
    parser.add_argument("--suggestions", type=int, default=usual.suggestions, help="at least so many")
    parser.add_argument("--users", type=int, default=usual.users, help="each gets up to two suggestions a round")
    parser.add_argument("--every", type=float, default=usual.every, help="of so many requests one meets a fault")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of all chance")
    chosen = parser.parse_args(arguments)
    size = Size(**vars(chosen))
    try:
        with output.progress() as say:
            result = run(size, say)
    except DivisaError as error:
        output.complain(str(error))
        return 2
    report = report_of(result, size)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    _show(result, report)
    for problem in result.problems(size):
        output.complain(problem)
    return 0 if result.holds(size) else 1


def report_of(result: Result, size: Size) -> dict[str, Any]:
    """The figures as `bench/results/faults.json` keeps them."""
    books = result.books
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "on": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "seed": size.seed,
        "faults": result.by_fault.total(),
        "suggestions": books.suggestions,
        **{name: books.ends[end] for name, end in ENDS.items()},
        "missing": books.missing,
        "unexpected": books.unexpected,
        "duplicates": books.duplicates,
        "rounds": result.rounds,
        "seconds": round(result.seconds, 1),
        "by_fault": {fault.value: times for fault, times in sorted(result.by_fault.items()) if times},
        "by_call": _by_call(result),
        "never_hit": [str(call) for call in result.missed],
        "not_killed": {str(call): kinds for call, kinds in result.not_killed.items()},
        "seen_too_seldom_to_kill": [str(call) for call in result.seldom],
        "faults_in_doubt": result.in_doubt,
        "faults_unsent": result.unsent,
        "delivered_by": dict(sorted(books.delivered.items())),
        "batches_given_up": result.failed,
        "suppressed_by": dict(sorted(books.suppressed.items())),
        "lost_ids": books.lost,
        "told_twice_ids": books.twice,
    }


def _by_call(result: Result) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (call, fault), times in sorted(result.hits.items()):
        found.setdefault(str(call), {})[fault.value] = times
    return found


def _show(result: Result, report: dict[str, Any]) -> None:
    from rich.table import Table

    for title, counted in (
        ("fault", report["by_fault"]),
        ("await", {call: sum(kinds.values()) for call, kinds in report["by_call"].items()}),
        ("end of a suggestion", {end.value: result.books.ends[end] for end in End}),
    ):
        table = Table(box=None, pad_edge=False)
        table.add_column(title)
        table.add_column("times", justify="right")
        for name, times in counted.items():
            table.add_row(name, f"{times:,}")
        output.show(table)
        output.say("")
    for title, calls in (
        ("Never hit", report["never_hit"]),
        ("Not killed both before and after", report["not_killed"]),
        ("Seen too few times to be killed both ways", report["seen_too_seldom_to_kill"]),
    ):
        if calls:
            output.say(f"{title}: {', '.join(calls)}")
    output.say(
        f"{report['faults']:,} faults over {report['suggestions']:,} suggestions: {report['lost']} lost, "
        f"{report['duplicates']} second messages, {report['seconds']:.0f} s. Written to {REPORT.relative_to(ROOT)}."
    )


if __name__ == "__main__":
    sys.exit(main())
