from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.email_gateway import SesEmailGateway
from divisa.adapters.aws.sms_gateway import SnsSmsGateway
from divisa.adapters.memory.email_gateway import MemoryEmailGateway
from divisa.adapters.memory.sms_gateway import MemorySmsGateway
from divisa.domain.email import Email
from divisa.domain.errors import InvalidContact
from divisa.domain.recipient import Channel
from local import inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import EmailGateway, SmsGateway
    from tests.ministack import BareMiniStack

Sms: TypeAlias = "tuple[SmsGateway, Callable[[str], list[tuple[str, str]]]]"
Letter: TypeAlias = "tuple[str, str, str, str]"
"""Message id, subject, text and HTML."""
Mail: TypeAlias = "tuple[EmailGateway, Callable[[str], list[Letter]]]"
LEAVE = "https://api.divisa.example/v1/unsubscribe?token=t.k"
SENDER = "suggestions@divisa.example"


@pytest.fixture
def sms(side: str, request: pytest.FixtureRequest) -> Sms:
    """The gateway, and what a phone received: message id and text."""
    if side == "memory":
        memory = MemorySmsGateway()
        return memory, lambda phone: [(each.message_id, each.text) for each in memory.sent if each.phone == phone]
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    client = clients.sms_sns()
    request.addfinalizer(client.close)

    def received(phone: str) -> list[tuple[str, str]]:
        found = [each for each in inbox.read(cloud.addresses, Channel.SMS) if each.to == phone]
        for each in found:
            assert each.attributes == {"AWS.SNS.SMS.SMSType": "Transactional", "AWS.SNS.SMS.SenderID": "Divisa"}
        return [(each.message_id, each.text) for each in found]

    return SnsSmsGateway(client, "Divisa"), received


@pytest.fixture
def mail(side: str, request: pytest.FixtureRequest) -> Mail:
    """The gateway, and what a mailbox received."""
    if side == "memory":
        memory = MemoryEmailGateway()

        def kept(to: str) -> list[Letter]:
            found = [each for each in memory.sent if each.address == to]
            return [(each.message_id, each.email.subject, each.email.text, each.email.html) for each in found]

        return memory, kept
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    client = clients.sesv2()
    request.addfinalizer(client.close)
    client.create_email_identity(EmailIdentity=SENDER)

    def received(to: str) -> list[Letter]:
        found = [each for each in inbox.read(cloud.addresses, Channel.EMAIL) if each.to == to]
        return [(each.message_id, each.subject or "", each.text, each.html or "") for each in found]

    return SesEmailGateway(client, SENDER, "divisa-local"), received


def test_a_text_reaches_its_phone(sms: Sms) -> None:
    gateway, received = sms
    first = gateway.send("+525500000001", "Divisa: ¿compras? ñandú €")
    second = gateway.send("+525500000001", "again")
    gateway.send("+525500000002", "another person's")
    assert received("+525500000001") == [(first, "Divisa: ¿compras? ñandú €"), (second, "again")]
    assert first != second


@pytest.mark.parametrize("phone", ["", "5512345678", "+0012345678", "+52 55 1234 5678", "+5255" + "1" * 20, "+1\n"])
def test_a_number_that_is_none_is_refused_and_not_repeated(sms: Sms, phone: str) -> None:
    gateway, received = sms
    with pytest.raises(InvalidContact) as refused:
        gateway.send(phone, "text")
    assert not phone or phone not in str(refused.value)
    assert received(phone) == []


def test_an_email_reaches_its_mailbox_with_every_letter(mail: Mail) -> None:
    gateway, received = mail
    email = Email("Buen precio: 17.05 MXN ñ", "Hola:\n\nPor qué: ¡súper! €\n\nDivisa", "<p>¡Súper! €</p>", LEAVE, "s-1")
    message_id = gateway.send("ana.letters@example.org", email)
    assert received("ana.letters@example.org") == [(message_id, email.subject, email.text, email.html)]


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@example.org", "a b@example.org", "a@x.org,b@x.org"])
def test_an_address_that_is_none_is_refused_and_not_repeated(mail: Mail, address: str) -> None:
    gateway, received = mail
    with pytest.raises(InvalidContact) as refused:
        gateway.send(address, Email("subject", "text", "<p>html</p>", LEAVE, "s-1"))
    assert not address or address not in str(refused.value)
    assert received(address) == []
