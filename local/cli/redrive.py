"""`divisa redrive`."""

from __future__ import annotations

from contextlib import ExitStack, closing
from enum import StrEnum
from typing import Annotated, Any

import typer

from local.cli import output

EXAMPLES = output.examples(
    ("divisa redrive email", "have the emails sent that the queue gave up on"),
    ("divisa redrive sms --stage prod", "the same on AWS, with the credentials of your shell"),
    ("divisa redrive outbox", "have the suggestions announced that the outbox gave up on"),
)


class Queue(StrEnum):
    """The queues that have a dead-letter queue with messages of the same kind, and the outbox, which reads a stream."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"
    BACKLOG = "backlog"
    INBOUND_SMS = "inbound-sms"
    EMAIL_FEEDBACK = "email-feedback"
    OUTBOX = "outbox"


def redrive(
    queue: Annotated[Queue, typer.Argument(help="The queue that gave up on messages.")],
    stage: Annotated[
        str | None, typer.Option(help="A stage on AWS; the running laptop cloud when left out.", show_default=False)
    ] = None,
) -> None:
    """Move messages of a dead-letter queue back, or announce what the outbox gave up on; nobody is told twice."""
    import boto3

    from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
    from divisa.services.publish_suggestions import PublishSuggestions
    from local import cloud
    from local.redriving import announce_again
    from local.redriving import redrive as move

    with ExitStack() as stack:

        def client(service: str) -> Any:
            make: Any = boto3.client
            settings: Any = {} if stage else cloud.addresses().client_settings(service)
            return stack.enter_context(closing(make(service, **settings)))

        sqs, name = client("sqs"), f"divisa-{stage or 'local'}"
        if queue is Queue.OUTBOX:
            url = sqs.get_queue_url(QueueName=f"{name}-outbox-failed")["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            topic_arn = f"{arn.rpartition(':')[0].replace(':sqs:', ':sns:', 1)}:{name}-suggestions"
            publish = PublishSuggestions(SnsSuggestionTopic(client("sns"), topic_arn))
            announced, left = announce_again(sqs, client("dynamodbstreams"), url, publish)
            output.say(f"{announced} suggestions announced again.")
            if left:
                output.complain(f"{left} messages are left: the stream has forgotten what they name.")
            return
        moved = move(sqs, sqs.get_queue_url(QueueName=f"{name}-{queue.value}")["QueueUrl"])
    output.say(f"{moved} messages moved back to {queue.value}.")
