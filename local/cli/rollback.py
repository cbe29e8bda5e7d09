"""`divisa rollback`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa rollback", "bring back the model that was live before the newest promotion"),
    ("divisa rollback --stage prod", "the same on AWS, with the credentials of your shell"),
)


def rollback(
    stage: Annotated[
        str | None, typer.Option(help="A stage on AWS; the running laptop cloud when left out.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring back the model that was live before the newest promotion: the same artefact, the same answers to the bit.

    Nothing is asked and nothing is judged. Once more goes one promotion further back.
    """
    from local.promotion.promoting import Promoting
    from local.promotion.stage import open_stage

    with (
        open_stage(stage) as opened,
        TemporaryDirectory(prefix="divisa-promotion-") as scratch,
        output.progress() as report,
    ):
        done = Promoting(opened, Path(scratch), say=report).roll_back()
    if as_json:
        output.say_json({"model_version": done.version, "model_key": done.key, "before": done.before})
    else:
        output.say(f"{done.version} is live again, from {done.key}; {done.before} was taken back.")
