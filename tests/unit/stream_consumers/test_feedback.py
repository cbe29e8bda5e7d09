"""What comes back from people and mail servers, as the queues hand it over."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.errors import StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.services.take_feedback import TakeEmailFeedback, TakeSms
from divisa.services.unsubscribe import WithdrawConsent
from stream_consumers import email_feedback, inbound_sms
from tests.builders import EMAIL, PHONE, WEDNESDAY, a_recipient
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from types import ModuleType

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output


class Away(MemoryRecipients):
    """A table whose indexes do not answer."""

    def of_phone(self, phone: str) -> list[str]:
        raise StoreUnavailable("the table did not answer")

    def of_email(self, address: str) -> list[str]:
        raise StoreUnavailable("the table did not answer")


@pytest.fixture
def recipients(monkeypatch: pytest.MonkeyPatch) -> MemoryRecipients:
    made = MemoryRecipients()
    made.put_many([a_recipient(), a_recipient("ben", phone="+525500000000", email="ben@example.com")])
    serve(monkeypatch, made)
    return made


def serve(
    monkeypatch: pytest.MonkeyPatch, recipients: MemoryRecipients, deliveries: MemoryDeliveries | None = None
) -> None:
    withdraw = WithdrawConsent(recipients)
    take = TakeEmailFeedback(recipients, withdraw, deliveries or MemoryDeliveries())
    monkeypatch.setattr(inbound_sms, "_take", lambda: TakeSms(recipients, withdraw))
    monkeypatch.setattr(email_feedback, "_take", lambda: take)


def receive(module: ModuleType, context: LambdaContext, *bodies: str) -> list[str]:
    """Handle a batch; returns the ids of the messages that come again, `m-1` the first."""
    records = [
        {"eventSource": "aws:sqs", "messageId": f"m-{number}", "body": body}
        for number, body in enumerate(bodies, start=1)
    ]
    response = module.handler({"Records": records}, context)
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def a_text(body: str, phone: str = PHONE) -> str:
    return json.dumps({"originationNumber": phone, "destinationNumber": "+12065550101", "messageBody": body})


def feedback(kind: str, **more: Any) -> str:
    return json.dumps({"eventType": kind, "mail": {"destination": [EMAIL]}, **more})


COMPLAINT = feedback("Complaint", complaint={"complainedRecipients": [{"emailAddress": EMAIL}]})
BOUNCE = feedback("Bounce", bounce={"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": EMAIL}]})
DELIVERY = feedback("Delivery")


def test_texts_are_counted_and_whoever_asks_gets_no_more(
    recipients: MemoryRecipients, context: LambdaContext, output: Output
) -> None:
    assert receive(inbound_sms, context, a_text("Stop"), a_text("STOP"), a_text("hola", "+525500000000")) == []
    assert Channel.SMS not in recipients.load("ana").consent
    assert Channel.SMS in recipients.load("ben").consent
    assert output.counted() == {
        "InboundSms": 3,
        "InboundSms: opt_out": 2,
        "InboundSms: other": 1,
        "SmsConsentsWithdrawn": 1,
    }


def test_who_asks_for_no_more_before_the_index_knows_them_comes_again_and_gets_no_more(
    recipients: MemoryRecipients, context: LambdaContext, output: Output
) -> None:
    newcomer = "+525599999999"
    assert receive(inbound_sms, context, a_text("STOP", newcomer), a_text("BAJA")) == ["m-1"]
    assert output.counted()["RecordsFailed"] == 1
    recipients.put_many([a_recipient("new", phone=newcomer)])
    assert receive(inbound_sms, context, a_text("STOP", newcomer)) == []
    assert Channel.SMS not in recipients.load("new").consent
    assert newcomer not in output.text()


def test_bounces_and_complaints_are_counted_and_followed(
    recipients: MemoryRecipients, context: LambdaContext, output: Output
) -> None:
    assert receive(email_feedback, context, BOUNCE, COMPLAINT, DELIVERY) == []
    after = recipients.load("ana")
    assert (Channel.EMAIL in after.consent, after.unusable_email) == (False, EMAIL)
    assert recipients.load("ben").reachable() == a_recipient().reachable()
    assert output.counted() == {
        "EmailFeedback": 3,
        "EmailFeedback: permanent_bounce": 1,
        "EmailFeedback: complaint": 1,
        "EmailFeedback: delivery": 1,
        "EmailsEnded": 2,
    }


MAIL: dict[str, Any] = {
    "timestamp": "2016-10-19T23:20:52.240Z",
    "source": "Divisa <no-reply@example.com>",
    "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com",
    "sendingAccountId": "123456789012",
    "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
    "destination": [EMAIL],
    "headersTruncated": False,
    "headers": [{"name": "From", "value": "Divisa <no-reply@example.com>"}, {"name": "To", "value": EMAIL}],
    "commonHeaders": {"from": ["Divisa <no-reply@example.com>"], "to": [EMAIL], "subject": "Buen precio"},
    "tags": {
        "ses:configuration-set": ["divisa-prod"],
        "ses:source-ip": ["192.0.2.0"],
        "ses:from-domain": ["example.com"],
        "ses:caller-identity": ["divisa-prod-email"],
        "ses:outgoing-ip": ["192.0.2.0"],
        "suggestion": ["s-1"],
    },
}
"""The mail object of an event that SES publishes to SNS, as its developer guide documents it, and our tag in it."""
SAID: dict[str, dict[str, Any]] = {
    "Delivery": {
        "timestamp": "2016-10-19T23:21:04.133Z",
        "processingTimeMillis": 11893,
        "recipients": [EMAIL],
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "192.0.2.1",
        "reportingMTA": "mta.example.com",
    },
    "Bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": EMAIL,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2017-08-05T00:41:02.669Z",
        "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        "reportingMTA": "dsn; mta.example.com",
    },
    "Complaint": {
        "complainedRecipients": [{"emailAddress": EMAIL}],
        "timestamp": "2017-08-05T00:41:02.669Z",
        "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": "2017-08-05T00:41:02.669Z",
    },
}


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (["Delivery"], DeliveryStatus.DELIVERED),
        (["Bounce"], DeliveryStatus.BOUNCED),
        (["Bounce", "Delivery", "Bounce"], DeliveryStatus.BOUNCED),
        (["Complaint", "Delivery"], DeliveryStatus.COMPLAINED),
    ],
)
def test_an_event_as_ses_documents_it_is_written_down_with_the_delivery_of_its_suggestion(
    kinds: list[str], status: DeliveryStatus, monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    people, deliveries = MemoryRecipients(), MemoryDeliveries()
    people.put_many([a_recipient()])
    serve(monkeypatch, people, deliveries)
    sent = Delivery("s-1", Channel.EMAIL, DeliveryStatus.SENT, WEDNESDAY, MAIL["messageId"])
    bodies = [json.dumps({"eventType": kind, kind.lower(): SAID[kind], "mail": MAIL}) for kind in kinds]

    deliveries.claim(replace(sent, status=DeliveryStatus.CLAIMED))
    assert receive(email_feedback, context, *bodies) == [f"m-{number + 1}" for number in range(len(kinds))]
    deliveries.settle(sent)
    assert receive(email_feedback, context, *bodies) == []

    assert list(deliveries.all()) == [replace(sent, status=status)]
    assert EMAIL not in output.text()


@pytest.mark.usefixtures("recipients")
@pytest.mark.parametrize(
    ("module", "bodies"),
    [(inbound_sms, (a_text("STOP"), a_text("adiós"), PHONE)), (email_feedback, (BOUNCE, COMPLAINT, EMAIL))],
)
def test_no_number_address_or_word_reaches_the_log(
    module: ModuleType, bodies: tuple[str, ...], context: LambdaContext, output: Output
) -> None:
    assert receive(module, context, *bodies) == ["m-3"]
    written = output.text()
    assert not [secret for secret in (PHONE, EMAIL, "adiós", "ana") if secret in written]


@pytest.mark.usefixtures("output")
@pytest.mark.parametrize(("module", "body"), [(inbound_sms, a_text("STOP")), (email_feedback, COMPLAINT)])
def test_while_the_table_does_not_answer_messages_come_again(
    module: ModuleType, body: str, monkeypatch: pytest.MonkeyPatch, context: LambdaContext
) -> None:
    serve(monkeypatch, Away())
    assert receive(module, context, body) == ["m-1"]


@SILENT
@pytest.mark.parametrize("module", [inbound_sms, email_feedback])
def test_a_wrong_setting_names_itself(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    module._take.cache_clear()
    receive(module, context, a_text("STOP"), COMPLAINT)
    assert "InvalidSetting: STAGE: is missing" in output.text()
