"""The SMS and the email sender: the same for both, but for the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.wire import suggestion_to_json
from divisa.domain.errors import InvalidSetting, NotifierUnavailable
from divisa.domain.recipient import Channel
from divisa.services.deliver import Deliver, by_email, by_sms
from stream_consumers import email, sms
from tests.builders import EMAIL, PHONE, WEDNESDAY, a_recipient, a_suggestion
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from types import ModuleType

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.suggestion import Suggestion
    from divisa.services.deliver import Send
    from tests.unit.stream_consumers.conftest import Output

SUGGESTION = a_suggestion()


@dataclass
class Sender:
    """One channel's function, with a use case on memory adapters in place of the one that settings would wire.

    Attributes:
        module: the entrypoint.
        contact: where its messages to the test's recipients go.
        gateway: what it sent.
        broken: whether the channel takes no messages.
    """

    module: ModuleType
    channel: Channel
    contact: str
    gateway: MemorySmsGateway | MemoryEmailGateway
    recipients: MemoryRecipients
    broken: bool = False

    def __post_init__(self) -> None:
        self.deliver = Deliver(
            self.channel, MemoryDeliveries(), self.recipients, ManualClock(WEDNESDAY), send=self._send
        )

    def _send(self, suggestion: Suggestion, contact: str) -> str:
        if self.broken:
            raise NotifierUnavailable("the channel did not answer")
        gateway = self.gateway
        send: Send = by_sms(gateway) if isinstance(gateway, MemorySmsGateway) else by_email(gateway)
        return send(suggestion, contact)

    def receive(self, context: LambdaContext, *bodies: str) -> list[str]:
        """Handle a batch; returns the ids of the messages that come again, `m-1` the first."""
        event = {
            "Records": [
                {"eventSource": "aws:sqs", "messageId": f"m-{number}", "body": body}
                for number, body in enumerate(bodies, start=1)
            ]
        }
        response = self.module.handler(event, context)
        return [each["itemIdentifier"] for each in response["batchItemFailures"]]


@pytest.fixture(params=[Channel.SMS, Channel.EMAIL])
def sender(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sender:
    recipients = MemoryRecipients()
    recipients.put_many([a_recipient()])
    if request.param is Channel.SMS:
        made = Sender(sms, Channel.SMS, PHONE, MemorySmsGateway(), recipients)
    else:
        made = Sender(email, Channel.EMAIL, EMAIL, MemoryEmailGateway(), recipients)
    monkeypatch.setattr(made.module, "_deliver", lambda: made.deliver)
    return made


def a_body(**changes: Any) -> str:
    return suggestion_to_json(a_suggestion(**changes)).decode()


def test_a_message_is_sent_once_however_often_it_is_received(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    assert sender.receive(context, a_body(), a_body()) == []
    assert sender.receive(context, a_body()) == []

    assert len(sender.gateway.sent) == 1
    assert output.counted() == {"Deliveries": 3, "Deliveries: sent": 3}


def test_messages_are_counted_by_what_became_of_them(sender: Sender, context: LambdaContext, output: Output) -> None:
    expired = a_body(suggestion_id="s-2", expires_at=WEDNESDAY.replace(year=2023))
    stranger = a_body(suggestion_id="s-3", user_id="nobody")

    assert sender.receive(context, a_body(), expired, stranger) == []

    assert output.counted() == {
        "Deliveries": 3,
        "Deliveries: sent": 1,
        "Deliveries: expired": 1,
        "Deliveries: no_consent": 1,
    }


@SILENT
def test_when_the_channel_takes_nothing_the_messages_come_again(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    sender.broken = True
    assert sender.receive(context, a_body(), a_body(suggestion_id="s-2")) == ["m-1", "m-2"]
    [error] = [line for line in output.lines() if line["level"] == "ERROR"]
    assert (error["problem"], error["records"]) == ("NotifierUnavailable: the channel did not answer", 2)

    sender.broken = False
    assert sender.receive(context, a_body(), a_body(suggestion_id="s-2")) == []
    assert len(sender.gateway.sent) == 2


def test_a_message_that_is_no_suggestion_is_named_and_the_others_are_sent(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    assert sender.receive(context, "{", a_body(), '{"suggestion_id":"s-9"}') == ["m-1", "m-3"]
    assert len(sender.gateway.sent) == 1
    assert output.counted()["Deliveries"] == 1


def test_nobodys_contacts_or_amounts_reach_the_log(sender: Sender, context: LambdaContext, output: Output) -> None:
    sender.recipients.put_many([a_recipient("eva", phone="+52 55 call me", email="eva at example")])
    sender.receive(context, a_body(), a_body(suggestion_id="s-2", user_id="eva"), '{"phone":"' + PHONE + '"}')

    written = output.text()
    assert "invalid_contact" in written
    assert not [secret for secret in (PHONE, EMAIL, "call me", "eva at", "100.00", "ana") if secret in written]


@SILENT
@pytest.mark.parametrize("module", [sms, email])
def test_a_wrong_setting_names_itself(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    module._deliver.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        module.handler({"Records": []}, context)
