"""`divisa redrive`."""

from enum import StrEnum
from typing import Annotated

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa redrive email", "have the emails sent that the queue gave up on"),
    ("divisa redrive sms --stage prod", "the same on AWS, with the credentials of your shell"),
)


class Queue(StrEnum):
    """The queues that have a dead-letter queue with messages of the same kind."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"
    BACKLOG = "backlog"


def redrive(
    queue: Annotated[Queue, typer.Argument(help="The queue that gave up on messages.")],
    stage: Annotated[
        str | None, typer.Option(help="A stage on AWS; the running laptop cloud when left out.", show_default=False)
    ] = None,
) -> None:
    """Move the messages of a dead-letter queue back to its queue; nobody is told twice."""
    import boto3

    from local import cloud
    from local.redriving import redrive as move

    sqs = boto3.client("sqs", **cloud.addresses().client_settings("sqs")) if stage is None else boto3.client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=f"divisa-{stage or 'local'}-{queue.value}")["QueueUrl"]
        moved = move(sqs, url)
    finally:
        sqs.close()
    output.say(f"{moved} messages moved back to {queue.value}.")
