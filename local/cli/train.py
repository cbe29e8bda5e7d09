"""`divisa train`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.home import MODEL, SIMULATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.pipeline import TrainedModel
    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa train", "simulate users over real prices and train on them"),
    ("divisa train --prices P.csv --transactions T.csv --out DIR", "train on your own files"),
    ("divisa train --json", "the metrics, for a program"),
)


def train(
    prices: Annotated[Path | None, typer.Option(help="CSV: pair,event_time,bid,ask", show_default="simulated")] = None,
    transactions: Annotated[
        Path | None,
        typer.Option(help="CSV: user_id,event_time,pair,side,quantity,price", show_default="simulated"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for model.tar.gz and metrics.json.", file_okay=False)
    ] = MODEL.parent,
    accounts: Annotated[Path | None, typer.Option(help="CSV: user_id,pair,opened_at", show_default="none")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="CSV of when the model was asked: user_id,pair,event_time", show_default="none")
    ] = None,
    suggestions: Annotated[
        Path | None,
        typer.Option(
            help="CSV of what users were told: user_id,pair,event_time,side,told,propensity", show_default="none"
        ),
    ] = None,
    groups: Annotated[
        Path | None, typer.Option(help="CSV of who belongs to what, to compare: user_id,group", show_default="none")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(help="The files are complete until then (UTC).", show_default="the last transaction or quote"),
    ] = None,
    oracle: Annotated[
        Path | None,
        typer.Option(help="CSV of a simulator's own probabilities, to compare with.", show_default="none"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the choice of rows and of the trees.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train the model that says when a user would buy or sell.

    Without files, a population is simulated first, over the European Central Bank's real dollar prices: those users
    are made up. With files, several pairs may stand in one; rows that cannot be used are counted by reason.
    The metrics are of users whom the model never saw, on days after those it learned from.
    """
    others = {
        "accounts": accounts,
        "decisions": decisions,
        "suggestions": suggestions,
        "groups": groups,
        "oracle": oracle,
    }
    given = [name for name, value in {**others, "until": until}.items() if value is not None]
    if (prices is None) != (transactions is None) or (given and prices is None):
        also = f", and --{given[0]} with them" if given else ""
        raise typer.BadParameter(f"--prices and --transactions go together{also}")
    with output.progress() as report:
        from model.training_files import TrainingFiles

        simulated = prices is None or transactions is None
        if prices is None or transactions is None:
            files = _simulated(report)
        else:
            complete = until and (until if until.tzinfo else until.replace(tzinfo=UTC))
            files = TrainingFiles(prices, transactions, **others, until=complete)
        from model.pipeline import train_model

        trained = train_model(files, out, seed=seed, on_stage=report)
    if as_json:
        output.say_json({**trained.metrics, "simulated_users": simulated, "model_version": trained.version})
    else:
        _show(trained, simulated=simulated)


def _simulated(report: "Callable[[str], None]") -> "TrainingFiles":
    from local.simulated import training_files
    from simulator.simulate import simulate

    report("Simulating users over the European Central Bank's prices (the users are made up)")
    return training_files(simulate(SIMULATION))


def _show(trained: "TrainedModel", *, simulated: bool) -> None:
    from rich.table import Table

    metrics = trained.metrics
    table = Table("", "Model", "Base rate", "Ceiling", box=None, pad_edge=False)
    table.add_row("log loss", *map(_number, _three(metrics)))
    for side in ("BUY", "SELL"):
        one = metrics["classes"][side]
        table.add_row(f"log loss, {side} or not", *map(_number, _three(one)))
        table.add_row(f"PR-AUC, {side}", *map(_number, (one["pr_auc"], one["base_rate"], one["oracle_pr_auc"])))
    table.add_row("calibration error", _number(metrics["ece"]), "", "")
    output.show(table)
    people = "simulated users" if simulated else "users"
    output.say(
        f"Judged on {metrics['test_rows']:,} days of {metrics['test_users']:,} {people} whom the model never saw; "
        f"{trained.rows:,} days of {trained.users:,} {people} in all."
    )
    output.say(f"{metrics['outside']:.1%} of the days that judge it are unlike all that it learned from.")
    output.say_dropped(metrics["dropped"])
    output.say(f"{trained.version} is {trained.artefact}; its figures are in {trained.metrics_file.name} beside it.")


def _three(metrics: dict[str, Any]) -> tuple[float | None, ...]:
    return metrics["log_loss"], metrics["base_rate_log_loss"], metrics["oracle_log_loss"]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
