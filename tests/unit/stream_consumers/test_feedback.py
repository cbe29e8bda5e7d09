"""What comes back from people and mail servers, as the queues hand it over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.errors import StoreUnavailable
from divisa.domain.recipient import Channel
from divisa.services.take_feedback import TakeEmailFeedback, TakeSms
from divisa.services.unsubscribe import WithdrawConsent
from stream_consumers import email_feedback, inbound_sms
from tests.builders import EMAIL, PHONE, a_recipient
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


def serve(monkeypatch: pytest.MonkeyPatch, recipients: MemoryRecipients) -> None:
    withdraw = WithdrawConsent(recipients)
    monkeypatch.setattr(inbound_sms, "_take", lambda: TakeSms(recipients, withdraw))
    monkeypatch.setattr(email_feedback, "_take", lambda: TakeEmailFeedback(recipients, withdraw))


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
        "EmailFeedback: other": 1,
        "EmailsEnded": 2,
    }


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
