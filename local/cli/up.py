"""`divisa up`."""

from pathlib import Path
from typing import Annotated

import typer

from local.cli import output
from local.home import MODEL

EXAMPLES = output.examples(
    ("divisa up", "start everything, with the model that `divisa train` made"),
    ("divisa up --model other/model.tar.gz", "the same with another model; on a running cloud only the model changes"),
    ("divisa up --without-model", "start everything but the model's endpoint"),
)


def up(
    model: Annotated[
        Path | None,
        typer.Option(
            help="The artefact to serve; without it, what was served before, or else the one that was trained last.",
            show_default=False,
        ),
    ] = None,
    without_model: Annotated[bool, typer.Option("--without-model", help="Serve no model.")] = False,
) -> None:
    """Start the laptop cloud: AWS, SageMaker and the stream mappings, on loopback.

    What runs already is left as it is; what has crashed is started again.
    Tables, streams and messages are those of the last time.
    If a part does not start, the end of its log is shown and the others are stopped again.
    """
    from local import cloud

    with output.progress() as report:
        running = cloud.up(model=None if without_model else model or MODEL, keeps_served=model is None, say=report)
    output.say(f"Up. AWS answers at {running.addresses.endpoint_url}, SageMaker at {running.addresses.sagemaker_url}.")
