"""What SES tells of an email, by its configuration set or its identity, and what a phone number passes on."""

# No `from __future__ import annotations`: msgspec reads the types of the fields when the module is loaded.
from typing import Annotated, Final

import msgspec

from divisa.domain.errors import InvalidInput
from divisa.domain.feedback import EmailFeedback, FeedbackKind

SUGGESTION_TAG: Final = "suggestion"
"""The tag of an email that says what it is about; SES repeats it in every event of the email, but in none by which it
tells of an identity."""


class _Address(msgspec.Struct, frozen=True, rename="camel"):
    email_address: str


class _Bounce(msgspec.Struct, frozen=True, rename="camel"):
    bounce_type: str
    bounced_recipients: tuple[_Address, ...]


class _Complaint(msgspec.Struct, frozen=True, rename="camel"):
    complained_recipients: tuple[_Address, ...]


class _Mail(msgspec.Struct, frozen=True, rename="camel"):
    destination: tuple[str, ...] = ()
    message_id: str = ""
    tags: dict[str, tuple[str, ...]] = {}


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    mail: _Mail
    event_type: str = ""
    notification_type: str = ""
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None


class InboundSms(msgspec.Struct, frozen=True, rename="camel"):
    """A text message that somebody sent to one of our numbers; no part of it may reach a log.

    Attributes:
        origination_number: whose it is, E.164.
        message_body: what it says.
    """

    origination_number: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]
    message_body: str

    def __repr__(self) -> str:
        """Without anything of it."""
        return "InboundSms()"


_EVENT = msgspec.json.Decoder(_Event)
_INBOUND = msgspec.json.Decoder(InboundSms)


def email_feedback_from_json(payload: bytes | str) -> EmailFeedback:
    """What an event of SES says.

    SES may name a mailbox in another spelling than we did. Where it is the same but for the case, ours is named too.

    Raises:
        InvalidInput: the message is no such event; repeats nothing of it.
    """
    try:
        event = _EVENT.decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise InvalidInput("the message is no event of SES") from None
    kind = event.event_type or event.notification_type
    if kind == "Complaint" and event.complaint is not None:
        return _feedback(FeedbackKind.COMPLAINT, event.mail, event.complaint.complained_recipients)
    if kind == "Bounce" and event.bounce is not None and event.bounce.bounce_type == "Permanent":
        return _feedback(FeedbackKind.PERMANENT_BOUNCE, event.mail, event.bounce.bounced_recipients)
    if not kind:
        raise InvalidInput("the message is no event of SES")
    return _feedback(FeedbackKind.DELIVERY if kind == "Delivery" else FeedbackKind.OTHER, event.mail)


def inbound_sms_from_json(payload: bytes | str) -> InboundSms:
    """A text message as AWS End User Messaging passes it on.

    Raises:
        InvalidInput: the message is none; repeats nothing of it.
    """
    try:
        return _INBOUND.decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise InvalidInput("the message is no inbound text") from None


def _feedback(kind: FeedbackKind, mail: _Mail, concerned: tuple[_Address, ...] = ()) -> EmailFeedback:
    suggestion_id = next(iter(mail.tags.get(SUGGESTION_TAG, ())), None)
    return EmailFeedback(kind, _spellings(concerned, mail), suggestion_id, mail.message_id)


def _spellings(concerned: tuple[_Address, ...], mail: _Mail) -> tuple[str, ...]:
    named = [each.email_address for each in concerned]
    folded = {each.casefold() for each in named}
    ours = [address for address in mail.destination if address.casefold() in folded]
    return tuple(dict.fromkeys([*ours, *named]))
