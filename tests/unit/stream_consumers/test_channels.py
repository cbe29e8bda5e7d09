"""The senders of the channels: the same for all, but for the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.push_gateway import MemoryPushGateway
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.sms_budget import MemorySmsBudget
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.adapters.wire import suggestion_to_json
from divisa.domain.device import Device, Platform
from divisa.domain.errors import InvalidSetting, NotifierUnavailable
from divisa.domain.recipient import Channel
from divisa.domain.sms_budget import Rate
from divisa.services.deliver import LEASE, Deliver, by_email, by_push, by_sms
from stream_consumers import delivery, email, push, sms
from tests.builders import APP_URL, EMAIL, LINKS, PHONE, WEDNESDAY, a_recipient, a_suggestion
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from divisa.services.deliver import Send
    from tests.unit.stream_consumers.conftest import Output

TARIFF = {"MX": Rate(Decimal("0.04"), Decimal("0.08"))}
TRIES = 5
TOKEN = "token-of-a-device" * 3


@dataclass
class Sender:
    """One channel's function, with a use case on memory adapters in place of the one that settings would wire.

    Attributes:
        module: the entrypoint.
        sent: what went out, in the order of sending.
        working: its use case's way of sending.
        broken: whether the channel takes no messages.
        mistaken: whether sending raises what nobody foresaw.
    """

    module: ModuleType
    channel: Channel
    sent: Sequence[object]
    working: Send
    recipients: MemoryRecipients
    broken: bool = False
    mistaken: bool = False

    def __post_init__(self) -> None:
        self.topic, self.clock = MemorySuggestionTopic(), ManualClock(WEDNESDAY)
        self.deliver = Deliver(
            self.channel,
            MemoryDeliveries(),
            self.recipients,
            MemoryPacing(),
            self.clock,
            self._send,
            self.topic,
        )

    def _send(self, suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        if self.mistaken:
            begin()
            raise RuntimeError("a mistake of ours")
        if self.broken:
            raise NotifierUnavailable("the channel did not answer")
        return self.working(suggestion, recipient, begin)

    def receive(self, context: LambdaContext, *bodies: str, tries: int = 1) -> list[str]:
        """Handle a batch, at one of its tries; returns the ids of the messages that come again, `m-1` the first."""
        event = {
            "Records": [
                {
                    "eventSource": "aws:sqs",
                    "messageId": f"m-{number}",
                    "body": body,
                    "attributes": {"ApproximateReceiveCount": f"{tries}"},
                }
                for number, body in enumerate(bodies, start=1)
            ]
        }
        response = self.module.handler(event, context)
        return [each["itemIdentifier"] for each in response["batchItemFailures"]]


@pytest.fixture(params=Channel)
def sender(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sender:
    recipients, devices = MemoryRecipients(), MemoryDevices()
    recipients.put_many([a_recipient(consent=frozenset(Channel))])
    devices.add(Device("ana", "d-1", Platform.ANDROID, TOKEN, WEDNESDAY))
    notifications, mails, texts = MemoryPushGateway(), MemoryEmailGateway(), MemorySmsGateway()
    budget = MemorySmsBudget(TARIFF)
    made = {
        Channel.PUSH: Sender(
            push,
            Channel.PUSH,
            notifications.sent,
            by_push(notifications, devices, ManualClock(WEDNESDAY), APP_URL),
            recipients,
        ),
        Channel.EMAIL: Sender(email, Channel.EMAIL, mails.sent, by_email(mails, lambda suggestion: LINKS), recipients),
        Channel.SMS: Sender(
            sms, Channel.SMS, texts.sent, by_sms(texts, budget, TARIFF, ManualClock(WEDNESDAY), APP_URL), recipients
        ),
    }[request.param]
    monkeypatch.setattr(made.module, "_sender", lambda: delivery.Sender(made.deliver, TRIES))
    return made


def a_body(**changes: Any) -> str:
    return suggestion_to_json(a_suggestion(**changes)).decode()


def test_a_message_is_sent_once_however_often_it_is_received(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    assert sender.receive(context, a_body(), a_body()) == []
    assert sender.receive(context, a_body()) == []

    assert len(sender.sent) == 1
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
        "DeliveriesExpired": 1,
    }


@SILENT
def test_when_the_channel_takes_nothing_the_messages_come_again(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    sender.broken = True
    assert sender.receive(context, a_body(), a_body(suggestion_id="s-2")) == ["m-1", "m-2"]
    [error] = [line for line in output.lines() if line["level"] == "ERROR"]
    assert (error["problem"], error["records"]) == ("NotifierUnavailable: the channel did not answer", 2)
    assert output.counted() == {"RecordsFailed": 2}

    sender.broken = False
    assert sender.receive(context, a_body(), a_body(suggestion_id="s-2")) == []
    assert len(sender.sent) == 2


@SILENT
def test_an_error_that_nobody_foresaw_stops_no_other_message_and_ends_as_uncertain_when_it_comes_again(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    sender.mistaken = True
    assert sender.receive(context, a_body()) == ["m-1"]
    sender.mistaken = False
    assert sender.receive(context, a_body(), a_body(suggestion_id="s-2")) == ["m-1"]
    assert len(sender.sent) == 1

    sender.clock.advance(LEASE + timedelta(seconds=1))
    assert sender.receive(context, a_body()) == []
    counted = output.counted()
    assert (counted["Deliveries: uncertain"], counted["DeliveriesUncertain"]) == (1, 1)
    assert len(sender.sent) == 1


@SILENT
def test_a_channel_that_takes_nothing_to_the_last_passes_on_to_the_next(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    sender.broken = True
    body = a_body(channels=(sender.channel, *(each for each in Channel if each is not sender.channel)))
    for tries in range(1, TRIES):
        assert sender.receive(context, body, tries=tries) == ["m-1"]
    assert sender.topic.published == []

    assert sender.receive(context, body, tries=TRIES) == []
    [announcement] = sender.topic.published
    assert announcement.channel is not sender.channel
    assert output.counted()["Deliveries: unavailable"] == 1

    sender.broken = False
    assert sender.receive(context, body) == []
    assert sender.sent == []


@SILENT
def test_a_message_for_which_there_is_no_other_channel_is_left_to_the_dead_letter_queue(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    sender.broken = True
    body = a_body(channels=(sender.channel,))
    assert sender.receive(context, body, tries=TRIES) == ["m-1"]

    sender.broken = False
    assert sender.receive(context, body) == []
    assert len(sender.sent) == 1
    assert output.counted() == {"RecordsFailed": 1, "Deliveries": 1, "Deliveries: sent": 1}


def test_a_message_that_is_no_suggestion_is_named_and_the_others_are_sent(
    sender: Sender, context: LambdaContext, output: Output
) -> None:
    assert sender.receive(context, "{", a_body(), '{"suggestion_id":"s-9"}') == ["m-1", "m-3"]
    assert len(sender.sent) == 1
    assert output.counted()["Deliveries"] == 1


def test_nobodys_contacts_or_amounts_reach_the_log(sender: Sender, context: LambdaContext, output: Output) -> None:
    sender.recipients.put_many(
        [a_recipient("eva", consent=frozenset(Channel), phone="+52 55 call me", email="eva at example")]
    )
    sender.receive(context, a_body(), a_body(suggestion_id="s-2", user_id="eva"), '{"phone":"' + PHONE + '"}')

    written = output.text()
    assert ("no_contact" if sender.channel is Channel.PUSH else "invalid_contact") in written
    secrets = (PHONE, EMAIL, TOKEN, "call me", "eva at", "100.00", "ana")
    assert not [secret for secret in secrets if secret in written]


@SILENT
@pytest.mark.parametrize("module", [push, email, sms])
def test_a_wrong_setting_names_itself(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    module._sender.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        module.handler({"Records": []}, context)


def test_a_message_that_there_is_no_money_for_is_counted_and_goes_on_to_the_next_channel(
    monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    recipients, texts, clock = MemoryRecipients(), MemorySmsGateway(), ManualClock(WEDNESDAY)
    recipients.put_many([a_recipient()])
    made = Sender(
        sms, Channel.SMS, texts.sent, by_sms(texts, MemorySmsBudget(TARIFF), TARIFF, clock, APP_URL), recipients
    )
    monkeypatch.setattr(sms, "_sender", lambda: delivery.Sender(made.deliver, TRIES))
    bodies = [a_body(suggestion_id=f"s-{n}", channels=(Channel.SMS, Channel.EMAIL)) for n in range(3)]

    assert made.receive(context, *bodies) == []

    assert len(texts.sent) == 2
    assert [(each.suggestion.suggestion_id, each.channel) for each in made.topic.published] == [("s-2", Channel.EMAIL)]
    assert output.counted() == {
        "Deliveries": 3,
        "Deliveries: sent": 2,
        "Deliveries: no_budget": 1,
        "DeliveriesWithoutBudget": 1,
    }
