"""`divisa retrain`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.cli import output
from local.cli.training_inputs import simulated_files, takes_training_files

if TYPE_CHECKING:
    from local.retraining.running import Retrained
    from model.training_files import TrainingFiles

EXAMPLES = output.examples(
    ("divisa retrain", "the pipeline that AWS runs each week, on the simulated users"),
    ("divisa retrain --prices P.csv --transactions T.csv", "on your own files"),
    ("divisa retrain --max-calibration-error 0.01", "be stricter about what is registered"),
    ("divisa retrain --json", "how it ended, for a program"),
)
_REFUSED = 1


@takes_training_files(until=False)  # the pipeline's folder of files has no place for a moment
def retrain(
    given: "TrainingFiles | None",
    *,
    max_rows: Annotated[
        int | None, typer.Option(min=1, help="About how many rows to learn and judge on.", show_default="250,000")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the choice of rows and of the trees.", show_default="0")] = None,
    max_calibration_error: Annotated[
        float | None, typer.Option(min=0, max=1, help="Register nothing that is further off.", show_default="0.02")
    ] = None,
    max_drift: Annotated[
        float | None, typer.Option(min=0, help="Register nothing that has drifted further.", show_default="0.25")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the retraining pipeline: prepare, train, evaluate, and register the model if it is worth it.

    It is the definition that AWS has, step by step on this machine. Without files, it learns from the simulated users
    of `divisa train`. What was done before for the same files and the same code is not done again, so an interrupted
    run goes on where it stood. A registered version waits for approval.
    Exit code 0: registered; 1: not worth registering, for a reason that is printed.
    """
    from local.retraining.running import retrain as run
    from local.simulated import training_files

    files = given or training_files(simulated_files())
    settings = {
        "MaxRows": max_rows,
        "Seed": seed,
        "MaxCalibrationError": max_calibration_error,
        "MaxDrift": max_drift,
    }
    parameters = {name: value for name, value in settings.items() if value is not None}
    with output.progress() as report:
        done = run(files, parameters=parameters, report=report)
    if as_json:
        output.say_json(_as_json(done))
    else:
        _show(done)
    if done.ended.refused is not None:
        raise typer.Exit(_REFUSED)


def _as_json(done: "Retrained") -> dict[str, Any]:
    return {
        "registered": done.ended.registered,
        "refused": done.ended.refused,
        "ran": list(done.ended.ran),
        "done_before": list(done.ended.kept),
        "artefact": str(done.artefact),
        "evaluation": done.evaluation,
    }


def _show(done: "Retrained") -> None:
    from rich.table import Table

    figures = done.evaluation
    table = Table("", "Model", "Limit", box=None, pad_edge=False)
    table.add_row("log loss", f"{figures['log_loss']:.4f}", f"below {figures['base_rate_log_loss']:.4f}, the base rate")
    parameters = done.ended.known.parameters
    table.add_row("calibration error", f"{figures['ece']:.4f}", f"at most {parameters['MaxCalibrationError']}")
    drift = figures["drift"]
    table.add_row(f"drift, {drift['furthest']}", f"{drift['largest']:.4f}", f"at most {parameters['MaxDrift']}")
    output.show(table)
    output.say(f"{figures['model']['model_version']} is {done.artefact}")
    output.say_dropped(figures["dropped"])
    if done.ended.registered is not None:
        group, version = done.ended.registered.split("/")[-2:]
        output.say(f"It is version {version} of {group} and waits for approval.")
    else:
        output.complain(str(done.ended.refused))
