"""`divisa settle`."""

from datetime import datetime
from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa settle --since 2024-01-05", "write what is missing of what became of suggestions since that day"),
    ("divisa settle --since 2024-01-05 --stage prod", "the same on AWS, with the credentials of your shell"),
)
MOST = 100_000
"""Outcomes that are written at a time."""


def settle(
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day of the suggestions, UTC.")],
    stage: Annotated[
        str | None, typer.Option(help="A stage on AWS; the running laptop cloud when left out.", show_default=False)
    ] = None,
) -> None:
    """Write down what became of suggestions, where the function `outcomes` has left it out; again changes nothing."""
    import os
    from datetime import UTC

    from divisa import bootstrap
    from divisa.settings import OutcomesSettings
    from local import cloud

    environment = {"STAGE": stage or "", "TABLE_PREFIX": f"divisa-{stage}-", "CLOCK": "system"}
    if stage is None:
        environment = cloud.running().environ()
        os.environ.update(environment)
    settings = OutcomesSettings.from_environment(environment | {"OUTCOMES_PER_RUN": f"{MOST}"})
    write_due = bootstrap.settle_outcomes(settings)
    written, portion = 0, MOST
    with output.progress() as say:
        while portion == MOST:
            portion = write_due(MOST, since.replace(tzinfo=UTC))
            written += portion
            say(f"{written:,} written so far")
    output.say(f"{written:,} outcomes written.")
