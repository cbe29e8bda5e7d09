"""Which commands `divisa lake` has."""

from __future__ import annotations

import typer

from local.cli.lake import ask, demo, erase, quarantine, query, report, run, status, upkeep

app = typer.Typer(
    help="The lake: files in, tables out, every row accounted for.", no_args_is_help=True, rich_markup_mode="rich"
)
app.command(epilog=status.EXAMPLES)(status.status)
app.command(epilog=run.RUN_EXAMPLES)(run.run)
app.command(epilog=run.BACKFILL_EXAMPLES)(run.backfill)
app.command(epilog=quarantine.EXAMPLES)(quarantine.quarantine)
app.command(epilog=demo.EXAMPLES)(demo.demo)
app.command(epilog=query.EXAMPLES)(query.query)
app.command(epilog=ask.EXAMPLES)(ask.ask)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=erase.EXAMPLES)(erase.erase)
app.command(epilog=upkeep.EXAMPLES)(upkeep.upkeep)
