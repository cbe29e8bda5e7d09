"""`divisa inbox`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from divisa.domain.recipient import Channel
from local.cli import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.inbox import InboxMessage

EXAMPLES = output.examples(
    ("divisa inbox", "the last 20 messages of each channel"),
    ("divisa inbox --channel sms --limit 5", "the last five text messages"),
    ("divisa inbox --json --limit 0", "all of them, for a program"),
)


def inbox(
    channel: Annotated[Channel | None, typer.Option(help="Only this channel.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many of each channel; 0 for all.")] = 20,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show whole numbers and addresses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the messages that the laptop cloud sent to people.

    E-mails come in the order of sending; of text messages that is known within a recipient only.
    Nothing leaves this machine: the recipients are made, and so are their numbers and addresses.
    """
    from local import cloud
    from local import inbox as messages

    found = messages.read(cloud.addresses(), channel)
    kept = [message for one in Channel for message in _last([m for m in found if m.channel is one], limit)]
    shown = kept if unmasked else [message.masked() for message in kept]
    if as_json:
        output.say_json([_as_json(message) for message in shown])
    else:
        _show(shown, total=len(found))


def _last(found: "Sequence[InboxMessage]", limit: int) -> "Sequence[InboxMessage]":
    return found[-limit:] if limit else found


def _as_json(message: "InboxMessage") -> dict[str, Any]:
    received = message.received_at
    return {**asdict(message), "received_at": None if received is None else received.isoformat()}


def _show(shown: "Sequence[InboxMessage]", *, total: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("Channel", "To", "Message", box=None, pad_edge=False)
    for message in shown:
        text = message.text if message.subject is None else f"{message.subject}\n{message.text}"
        table.add_row(message.channel, escape(message.to), escape(text))
    output.show(table)
    output.say(f"{len(shown)} of {total} messages.")
