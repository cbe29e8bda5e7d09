"""`divisa evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.home import MODEL, SIMULATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa evaluate", "judge the model that `divisa train` made, on the simulated users"),
    ("divisa evaluate --prices P.csv --transactions T.csv", "judge it on your own files"),
    ("divisa evaluate --model M.tar.gz --out DIR", "judge another artefact, and write elsewhere"),
    ("divisa evaluate --json", "the figures, for a program"),
)


def evaluate(
    model: Annotated[Path, typer.Option(help="The artefact to judge.", dir_okay=False)] = MODEL,
    prices: Annotated[Path | None, typer.Option(help="CSV: pair,event_time,bid,ask", show_default="simulated")] = None,
    transactions: Annotated[
        Path | None,
        typer.Option(help="CSV: user_id,event_time,pair,side,quantity,price", show_default="simulated"),
    ] = None,
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
    oracle: Annotated[
        Path | None,
        typer.Option(help="CSV of a simulator's own probabilities, to compare with.", show_default="none"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for evaluation.json and .html.", file_okay=False, show_default="beside the artefact"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the choice of rows and of everything that is drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how good a model is, for whom, and beside what: figures as JSON, and a page to read.

    It is judged by users whom no training takes, on days after those that it learned from, beside simpler ways to
    choose whom to tell. Without files, by the simulated users of `divisa train`. That a model does not beat the base
    rate is an answer, not a failure.
    """
    others = {
        "accounts": accounts,
        "decisions": decisions,
        "suggestions": suggestions,
        "groups": groups,
        "oracle": oracle,
    }
    given = [name for name, path in others.items() if path is not None]
    if (prices is None) != (transactions is None) or (given and prices is None):
        also = f", and --{given[0]} with them" if given else ""
        raise typer.BadParameter(f"--prices and --transactions go together{also}")
    with output.progress() as report:
        from model.evaluation import evaluate_model
        from model.training_files import TrainingFiles

        files, simulation = _simulated() if prices is None or transactions is None else (None, None)
        if files is None and prices is not None and transactions is not None:
            files = TrainingFiles(prices, transactions, **others)
        if files is None:
            raise typer.BadParameter("there are no simulated users yet: run `divisa train` first, or give files")
        found = evaluate_model(model, files, out or model.parent, simulation=simulation, seed=seed, on_stage=report)
    if as_json:
        output.say_json(found.document)
        return
    _show(found.document)
    output.say(f"To read: {found.page}")
    output.say(f"Its figures: {found.json_file}")


def _simulated() -> "tuple[TrainingFiles | None, Mapping[str, Any] | None]":
    """The files that `divisa train` simulated, and how; nothing when it has not run."""
    import json

    from local.simulated import simulated_in, training_files

    files = simulated_in(SIMULATION)
    if files is None:
        return None, None
    return training_files(files), json.loads(files.parameters.read_text(encoding="utf-8"))


def _show(evaluation: "Mapping[str, Any]") -> None:
    from rich.table import Table
    from rich.text import Text

    from model.report.sentences import Tone, findings

    styles = {Tone.GOOD: ("✓", "green"), Tone.BAD: ("✗", "red"), Tone.UNKNOWN: ("?", "yellow"), Tone.NOTE: ("·", "dim")}
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings(evaluation):
        mark, style = styles[finding.tone]
        table.add_row(Text(mark, style=style), Text(finding.text))
    output.show(table)
