"""`divisa evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.cli.training_inputs import simulated_files, takes_training_files
from local.home import MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa evaluate", "judge the model that `divisa train` made, on the simulated users"),
    ("divisa evaluate --prices P.csv --transactions T.csv", "judge it on your own files"),
    ("divisa evaluate --model M.tar.gz --out DIR", "judge another artefact, and write elsewhere"),
    ("divisa evaluate --json", "the figures, for a program"),
)


@takes_training_files()
def evaluate(
    given: "TrainingFiles | None",
    *,
    model: Annotated[Path, typer.Option(help="The artefact to judge.", dir_okay=False)] = MODEL,
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
    files, simulation = (given, None) if given is not None else _simulated()
    with output.progress() as report:
        from model.evaluation import evaluate_model

        found = evaluate_model(model, files, out or model.parent, simulation=simulation, seed=seed, on_stage=report)
    if as_json:
        output.say_json(found.document)
        return
    _show(found.document)
    output.say(f"To read: {found.page}")
    output.say(f"Its figures: {found.json_file}")


def _simulated() -> "tuple[TrainingFiles, Mapping[str, Any]]":
    """The files that `divisa train` simulated, and how."""
    import json

    from local.simulated import training_files

    files = simulated_files()
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
