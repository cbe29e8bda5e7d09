"""The options that name the files to learn from, or to be judged by, and what stands in for files."""

import functools
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate

import typer

from local.home import SIMULATION

if TYPE_CHECKING:
    from model.training_files import TrainingFiles
    from simulator.simulate import SimulatedFiles

    Command = Callable[Concatenate[TrainingFiles | None, ...], None]


def _option(says: str, default: str = "none") -> Any:
    return typer.Option(help=says, show_default=default, rich_help_panel="Files")


def files_given(
    prices: Annotated[Path | None, _option("CSV: pair,event_time,bid,ask", "the simulation's")] = None,
    transactions: Annotated[
        Path | None, _option("CSV: user_id,event_time,pair,side,quantity,price", "the simulation's")
    ] = None,
    accounts: Annotated[Path | None, _option("CSV: user_id,pair,opened_at")] = None,
    decisions: Annotated[Path | None, _option("CSV of when the model was asked: user_id,pair,event_time")] = None,
    suggestions: Annotated[
        Path | None, _option("CSV of what users were told: user_id,pair,event_time,side,told,propensity")
    ] = None,
    groups: Annotated[Path | None, _option("CSV of who belongs to what, to compare: user_id,group")] = None,
    oracle: Annotated[Path | None, _option("CSV of a simulator's own probabilities, to compare with.")] = None,
    until: Annotated[
        datetime | None, _option("The files are complete until then (UTC).", "the last transaction or quote")
    ] = None,
) -> "TrainingFiles | None":
    """The files that somebody named, complete until a moment, UTC if it does not say; None where none were named.

    Raises:
        typer.BadParameter: some are missing that go with those that were given.
    """
    from model.training_files import TrainingFiles

    beside = {
        "accounts": accounts,
        "decisions": decisions,
        "suggestions": suggestions,
        "groups": groups,
        "oracle": oracle,
    }
    given = [name for name, value in {**beside, "until": until}.items() if value is not None]
    if (prices is None) != (transactions is None) or (given and prices is None):
        also = f", and --{given[0]} with them" if given else ""
        raise typer.BadParameter(f"--prices and --transactions go together{also}")
    if prices is None or transactions is None:
        return None
    complete = until and (until if until.tzinfo else until.replace(tzinfo=UTC))
    return TrainingFiles(prices, transactions, **beside, until=complete)


def takes_training_files(*, until: bool = True) -> "Callable[[Command], Callable[..., None]]":
    """Add the options of `files_given` after a command's own; what it finds is the command's first argument.

    Args:
        until: whether the command can say until when its files are complete.
    """
    options = {
        name: option for name, option in inspect.signature(files_given).parameters.items() if until or name != "until"
    }

    def decorate(command: "Command") -> Callable[..., None]:
        @functools.wraps(command)
        def with_options(**values: Any) -> None:
            files = files_given(**{name: values.pop(name) for name in options})
            command(files, **values)

        own = list(inspect.signature(command).parameters.values())[1:]
        taken = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *options.values())]
        # Typer makes options of what a function says that it takes.
        shown: Any = with_options
        shown.__signature__ = inspect.Signature(taken)
        shown.__annotations__ = {each.name: each.annotation for each in taken}
        return with_options

    return decorate


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
