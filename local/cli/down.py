"""`divisa down`."""

from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa down", "stop everything; the next `divisa up` goes on where this ended"),
    ("divisa down --wipe", "stop everything and forget tables, streams and messages"),
)


def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Forget the data too. Models and logs stay.")] = False,
) -> None:
    """Stop the laptop cloud. Only what `divisa up` started is ever ended."""
    from local import cloud

    with output.progress() as report:
        cloud.down(wipe=wipe, say=report)
    output.say("Down." if not wipe else "Down, and empty.")
