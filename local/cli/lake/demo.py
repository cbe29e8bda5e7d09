"""`divisa lake demo`."""

from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa lake demo", "every feed through the lake's doors, and what became of every row"),
    ("divisa lake demo --json", "only the figures, for a program"),
)


def demo(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Bring every feed into a lake of its own, good, bad, late and repeated rows, and account for every row.

    Starts a laptop cloud, hands files in, lets the state machine run its jobs, looks at the tables from all sides,
    keeps them up as every night, and stops everything. The figures are also written to .local/demo-lake.json, with a
    page of charts beside it. All rows are made; nothing leaves this machine.
    Exit code 1 if nobody knows what became of some rows.
    """
    from local.cli.lake.status import show_rows
    from local.lake.demo import run, summed

    with output.progress() as report:
        found = run(report, night=True)
    if as_json:
        output.say_json({each.dataset: each.as_json() for each in found})
    else:
        show_rows(found)
        sums = summed(found)
        output.say(
            f"{sums['rows_in']:,} rows in {sums['files']:,} files: {sums['silver']:,} in silver, "
            f"{sums['quarantine']:,} set aside, {sums['duplicates']:,} repeated, {sums['late']:,} too late, "
            f"{sums['unaccounted']:,} unaccounted for."
        )
    if any(each.unaccounted for each in found):
        raise typer.Exit(1)
