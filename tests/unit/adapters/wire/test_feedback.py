from __future__ import annotations

import json
from typing import Any

import pytest

from divisa.adapters.wire.feedback import email_feedback_from_json, inbound_sms_from_json
from divisa.domain.errors import InvalidInput
from divisa.domain.feedback import EmailFeedback, FeedbackKind

ADDRESS, PHONE = "Ana@Example.org", "+525512345678"


def an_event(**changes: Any) -> dict[str, Any]:
    """As SES publishes it, but for what is not read."""
    event: dict[str, Any] = {
        "eventType": "Bounce",
        "mail": {
            "messageId": "m-1",
            "destination": [ADDRESS],
            "tags": {"ses:from-domain": ["example.com"], "suggestion": ["s-1"]},
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": ADDRESS, "status": "5.1.1"}],
            "timestamp": "2024-01-10T15:00:00.000Z",
        },
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


COMPLAINT = {"complainedRecipients": [{"emailAddress": ADDRESS}], "complaintFeedbackType": "abuse"}


def read(event: dict[str, Any]) -> EmailFeedback:
    return email_feedback_from_json(json.dumps(event))


def test_a_permanent_bounce_names_the_address() -> None:
    assert read(an_event()) == EmailFeedback(FeedbackKind.PERMANENT_BOUNCE, (ADDRESS,), "s-1", "m-1")


def test_a_complaint_names_the_address() -> None:
    event = an_event(eventType="Complaint", bounce=None, complaint=COMPLAINT)
    assert read(event) == EmailFeedback(FeedbackKind.COMPLAINT, (ADDRESS,), "s-1", "m-1")


def test_a_notification_of_an_identity_says_the_same() -> None:
    event = an_event(eventType=None, notificationType="Complaint", bounce=None, complaint=COMPLAINT)
    assert read(event) == EmailFeedback(FeedbackKind.COMPLAINT, (ADDRESS,), "s-1", "m-1")


def test_the_spelling_that_we_sent_to_is_named_before_the_servers() -> None:
    bounce = an_event()["bounce"] | {"bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    assert read(an_event(bounce=bounce)).addresses == (ADDRESS, "ana@example.org")


def test_whoever_else_got_the_email_is_not_concerned() -> None:
    mail = {"destination": [ADDRESS, "ben@example.org"]}
    assert read(an_event(mail=mail)).addresses == (ADDRESS,)


@pytest.mark.parametrize(
    "event",
    [
        an_event(bounce=an_event()["bounce"] | {"bounceType": "Transient"}),
        an_event(bounce=an_event()["bounce"] | {"bounceType": "Undetermined"}),
        an_event(eventType="DeliveryDelay", bounce=None),
        an_event(eventType="Open", bounce=None),
    ],
)
def test_nothing_follows_on_anything_else(event: dict[str, Any]) -> None:
    assert read(event) == EmailFeedback(FeedbackKind.OTHER, (), "s-1", "m-1")


def test_a_delivery_concerns_nobody_and_names_the_suggestion() -> None:
    event = an_event(eventType="Delivery", bounce=None)
    assert read(event) == EmailFeedback(FeedbackKind.DELIVERY, (), "s-1", "m-1")


def test_an_event_without_tags_names_no_suggestion() -> None:
    found = read(an_event(mail={"destination": [ADDRESS]}))
    assert found == EmailFeedback(FeedbackKind.PERMANENT_BOUNCE, (ADDRESS,), None, "")


@pytest.mark.parametrize("payload", ["", "{", "[]", "{}", '{"mail":{}}', '{"mail":{"destination":"' + ADDRESS + '"}}'])
def test_what_is_no_event_is_refused_and_not_repeated(payload: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        email_feedback_from_json(payload)
    assert ADDRESS not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_feedback_does_not_show_whose_it_is() -> None:
    assert ADDRESS not in repr(read(an_event()))


def test_a_text_says_whose_it_is_and_what_it_says_and_shows_neither() -> None:
    found = inbound_sms_from_json(
        json.dumps(
            {
                "originationNumber": PHONE,
                "destinationNumber": "+12065550101",
                "messageKeyword": "KEYWORD_1",
                "messageBody": "STOP",
                "inboundMessageId": "i-1",
                "previousPublishedMessageId": "p-1",
            }
        )
    )
    assert (found.origination_number, found.message_body) == (PHONE, "STOP")
    assert PHONE not in repr(found)


@pytest.mark.parametrize(
    "payload", ["", "{}", '{"originationNumber":"5512345678","messageBody":"STOP"}', '{"originationNumber":"' + PHONE]
)
def test_what_is_no_text_is_refused_and_not_repeated(payload: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        inbound_sms_from_json(payload)
    assert "5512345678" not in str(refused.value)
