"""The options that name the files to learn from, and what stands in for files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.home import SIMULATION

if TYPE_CHECKING:
    from model.training_files import TrainingFiles
    from simulator.simulate import SimulatedFiles

Prices = Annotated[
    Path | None, typer.Option(help="CSV: pair,event_time,bid,ask", show_default="those of `divisa train`")
]
Transactions = Annotated[
    Path | None,
    typer.Option(help="CSV: user_id,event_time,pair,side,quantity,price", show_default="those of `divisa train`"),
]
Accounts = Annotated[Path | None, typer.Option(help="CSV: user_id,pair,opened_at", show_default="none")]
Decisions = Annotated[
    Path | None, typer.Option(help="CSV of when the model was asked: user_id,pair,event_time", show_default="none")
]
Suggestions = Annotated[
    Path | None,
    typer.Option(help="CSV of what users were told: user_id,pair,event_time,side,told,propensity", show_default="none"),
]
Groups = Annotated[
    Path | None, typer.Option(help="CSV of who belongs to what, to compare: user_id,group", show_default="none")
]
Oracle = Annotated[
    Path | None, typer.Option(help="CSV of a simulator's own probabilities, to compare with.", show_default="none")
]

Until = Annotated[
    datetime | None,
    typer.Option(help="The files are complete until then (UTC).", show_default="the last transaction or quote"),
]


def files_given(
    prices: Path | None, transactions: Path | None, until: datetime | None = None, **others: Path | None
) -> "TrainingFiles | None":
    """The files that somebody named, complete until a moment, UTC if it does not say; None where none were named.

    Raises:
        typer.BadParameter: some are missing that go with those that were given.
    """
    from model.training_files import TrainingFiles

    given = [name for name, value in {**others, "until": until}.items() if value is not None]
    if (prices is None) != (transactions is None) or (given and prices is None):
        also = f", and --{given[0]} with them" if given else ""
        raise typer.BadParameter(f"--prices and --transactions go together{also}")
    if prices is None or transactions is None:
        return None
    complete = until and (until if until.tzinfo else until.replace(tzinfo=UTC))
    return TrainingFiles(prices, transactions, **others, until=complete)


def simulated_files() -> "SimulatedFiles":
    """The files that `divisa train` simulated.

    Raises:
        typer.BadParameter: it has not been run.
    """
    from local.simulated import simulated_in

    files = simulated_in(SIMULATION)
    if files is None:
        raise typer.BadParameter("there are no simulated users yet: run `divisa train` first, or give files")
    return files
