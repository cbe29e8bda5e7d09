from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.recipient import Channel, Language, Recipient
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Recipients

ANA = Recipient("ana", Language.EN, frozenset(Channel), "+525512345678", "ana@example.org")
BEN = Recipient("ben")


@pytest.fixture
def recipients(side: str, request: pytest.FixtureRequest) -> Recipients:
    if side == "memory":
        return MemoryRecipients()
    return DynamoRecipients(make_tables(request.getfixturevalue("cloud")).recipients)


def test_recipients_come_back_as_they_were_put(recipients: Recipients) -> None:
    recipients.put_many([ANA, BEN])
    assert recipients.get_many(["ana", "ben", "nobody"]) == {"ana": ANA, "ben": BEN}


def test_consent_that_was_withdrawn_is_gone(recipients: Recipients) -> None:
    recipients.put_many([ANA])
    quiet = Recipient("ana", Language.EN, frozenset(), None, "ana@example.org")
    recipients.put_many([quiet])
    assert recipients.get_many(["ana"]) == {"ana": quiet}


def test_an_invalid_contact_is_kept_as_it_was_entered(recipients: Recipients) -> None:
    odd = Recipient("odd", consent=frozenset({Channel.SMS}), phone="55 1234", email="")
    recipients.put_many([odd])
    assert recipients.get_many(["odd"]) == {"odd": odd}
