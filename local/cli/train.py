"""`divisa train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.cli import output
from local.cli.training_inputs import takes_training_files
from local.home import MODEL, SIMULATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.pipeline import TrainedModel
    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa train", "simulate users over real prices and train on them"),
    ("divisa train --prices P.csv --transactions T.csv --out DIR", "train on your own files"),
    ("divisa train --lake", "train on the gold tables of the running laptop cloud's lake"),
    ("divisa train --search 20", "look for better hyper-parameters first"),
    ("divisa train --json", "the metrics, for a program"),
)


@takes_training_files()
def train(
    given: "TrainingFiles | None",
    *,
    out: Annotated[
        Path, typer.Option(help="Folder for model.tar.gz and metrics.json.", file_okay=False)
    ] = MODEL.parent,
    seed: Annotated[int, typer.Option(help="Of the choice of rows and of the trees.")] = 0,
    search: Annotated[
        int, typer.Option(help="Settings to try first, to 100; Ctrl-C goes on with the best so far.")
    ] = 0,
    lake: Annotated[bool, typer.Option("--lake", help="Train on the lake's gold tables.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train the model that says when a user would buy or sell.

    Without files, a population is simulated first, over the European Central Bank's real dollar prices: those users
    are made up. With files, several pairs may stand in one; rows that cannot be used are counted by reason.
    The metrics are of users whom the model never saw, on days after those it learned from.
    """
    if lake and given is not None:
        raise typer.BadParameter("--lake goes with no files")
    with output.progress() as report:
        files = given or (_out_of_the_lake(report, out / "lake") if lake else _simulated(report))
        from model.pipeline import train_model

        trained = train_model(files, out, seed=seed, search=search, on_stage=report)
    if as_json:
        output.say_json(
            {**trained.metrics, "simulated_users": given is None and not lake, "model_version": trained.version}
        )
    else:
        _show(trained, simulated=given is None and not lake)


def _simulated(report: "Callable[[str], None]") -> "TrainingFiles":
    from local.simulated import training_files
    from simulator.simulate import simulate

    report("Simulating users over the European Central Bank's prices (the users are made up)")
    return training_files(simulate(SIMULATION))


def _out_of_the_lake(report: "Callable[[str], None]", folder: Path) -> "TrainingFiles":
    from lake.transformations.training_files import write_training_files
    from local import cloud
    from local.lake.tables import open_tables
    from model.training_files import TrainingFiles

    report("Reading prices and transactions out of the lake's gold tables")
    with open_tables(cloud.running()) as tables:
        return TrainingFiles(*write_training_files(tables, folder))


def _show(trained: "TrainedModel", *, simulated: bool) -> None:
    from local.cli.training_table import training_sentences, training_table

    metrics = trained.metrics
    output.show(training_table(metrics))
    for sentence in training_sentences(metrics):
        output.say(sentence)
    people = "simulated users" if simulated else "users"
    output.say(
        f"Judged on {metrics['test_rows']:,} days of {metrics['test_users']:,} {people} whom the model never saw; "
        f"{trained.rows:,} days of {trained.users:,} {people} in all."
    )
    output.say(f"{metrics['outside']:.1%} of the days that judge it are unlike all that it learned from.")
    output.say_dropped(metrics["dropped"])
    output.say(f"{trained.version} is {trained.artefact}; its figures are in {trained.metrics_file.name} beside it.")
