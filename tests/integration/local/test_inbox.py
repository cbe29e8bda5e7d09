from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from divisa.domain.recipient import Channel
from local import inbox
from local.addresses import Addresses
from local.processes import free_port

if TYPE_CHECKING:
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


def test_a_text_message_arrives_with_what_its_sender_attached(ministack: BareMiniStack) -> None:
    attributes = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Divisa"}}
    sent = ministack.client("sns").publish(
        PhoneNumber="+525511112222", Message="Compra 100 USD", MessageAttributes=attributes
    )

    (found,) = [m for m in inbox.read(ministack.addresses, Channel.SMS) if m.message_id == sent["MessageId"]]
    assert (found.to, found.text, found.subject) == ("+525511112222", "Compra 100 USD", None)
    assert found.attributes == {"AWS.SNS.SMS.SenderID": "Divisa"}


def test_an_email_arrives_with_subject_text_and_time_for_each_recipient(ministack: BareMiniStack) -> None:
    ses = ministack.client("ses")
    ses.verify_email_identity(EmailAddress="divisa@example.com")
    sent = ses.send_email(
        Source="divisa@example.com",
        Destination={"ToAddresses": ["ana@example.com", "eva@example.com"]},
        Message={"Subject": {"Data": "Dólar"}, "Body": {"Text": {"Data": "Compra 100 USD"}}},
    )

    found = [m for m in inbox.read(ministack.addresses, Channel.EMAIL) if m.message_id == sent["MessageId"]]
    assert [message.to for message in found] == ["ana@example.com", "eva@example.com"]
    assert {(message.subject, message.text) for message in found} == {("Dólar", "Compra 100 USD")}
    assert found[0].received_at is not None
    assert abs(datetime.now(UTC) - found[0].received_at) < timedelta(minutes=1)


def test_an_inbox_that_nobody_answers_for_is_a_plain_error() -> None:
    with pytest.raises(LaptopCloudError, match="ministack: its inbox does not answer"):
        inbox.read(Addresses(f"http://127.0.0.1:{free_port()}"))
