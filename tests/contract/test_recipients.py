from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.pair import Pair
from divisa.domain.preferences import Alert, Direction, QuietHours
from divisa.domain.recipient import Channel, Language, Recipient
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Recipients

ANA = Recipient("ana", Language.EN, frozenset(Channel), "+525512345678", "ana@example.org")
BEN = Recipient("ben")
PICKY = replace(
    ANA,
    time_zone="America/Sao_Paulo",
    quiet_hours=QuietHours(time(22, 30), time(7)),
    channel_order=(Channel.SMS, Channel.PUSH, Channel.EMAIL),
    weekly_cap=0,
    pairs=frozenset(),
    alerts=(
        Alert(Pair("USD", "MXN"), Direction.ABOVE, Decimal("17.500000")),
        Alert(Pair("USD", "BRL"), Direction.BELOW, Decimal("5")),
    ),
)


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
    odd = Recipient("odd", consent=frozenset({Channel.SMS}), phone="55 1234", email="ana at home")
    recipients.put_many([odd])
    assert recipients.get_many(["odd"]) == {"odd": odd}


def test_an_empty_contact_is_none(recipients: Recipients) -> None:
    recipients.put_many([Recipient("odd", phone="", email="")])
    assert recipients.get_many(["odd"]) == {"odd": Recipient("odd")}


def test_everybody_who_has_a_number_or_an_address_is_found_by_it(recipients: Recipients) -> None:
    family = replace(ANA, user_id="eva", email="eva@example.org")
    recipients.put_many([ANA, family, BEN])
    assert ANA.phone is not None
    assert ANA.email is not None
    assert sorted(recipients.of_phone(ANA.phone)) == ["ana", "eva"]
    assert list(recipients.of_email(ANA.email)) == ["ana"]
    for unknown in ("+520000000", "", ANA.phone[:-1]):
        assert list(recipients.of_phone(unknown)) == []
    for unknown in ("nobody@example.org", "", ANA.email.upper()):
        assert list(recipients.of_email(unknown)) == []


def test_who_was_erased_or_has_another_number_is_not_found_by_it(recipients: Recipients) -> None:
    assert ANA.phone is not None
    recipients.put_many([ANA, replace(ANA, user_id="eva")])
    recipients.erase("ana")
    recipients.put_many([replace(ANA, user_id="eva", phone="+525500000000")])
    assert list(recipients.of_phone(ANA.phone)) == []
    assert list(recipients.of_phone("+525500000000")) == ["eva"]


def test_an_address_that_bounced_is_marked_as_long_as_it_is_the_users(recipients: Recipients) -> None:
    recipients.put_many([ANA])
    assert ANA.email is not None
    assert not recipients.mark_unusable("ana", "old@example.org")
    assert not recipients.mark_unusable("nobody", ANA.email)
    assert recipients.load("ana") == ANA
    assert recipients.get_many(["nobody"]) == {}

    assert recipients.mark_unusable("ana", ANA.email)
    assert recipients.mark_unusable("ana", ANA.email)
    assert recipients.load("ana") == replace(ANA, unusable_email=ANA.email)
    assert Channel.EMAIL not in recipients.load("ana").reachable()


def test_a_change_of_preferences_leaves_the_mark(recipients: Recipients) -> None:
    recipients.put_many([ANA])
    assert ANA.email is not None
    recipients.mark_unusable("ana", ANA.email)
    assert recipients.save_preferences(ANA).unusable_email == ANA.email


def test_every_wish_comes_back_as_it_was_put(recipients: Recipients) -> None:
    picky = replace(PICKY, version=7)
    recipients.put_many([picky])
    assert recipients.get_many(["ana"]) == {"ana": picky}
    assert recipients.load("ana") == picky


def test_who_is_unknown_has_agreed_to_nothing(recipients: Recipients) -> None:
    assert recipients.load("nobody") == Recipient("nobody")
    assert recipients.get_many(["nobody"]) == {}


def test_preferences_are_replaced_and_contacts_are_not(recipients: Recipients) -> None:
    recipients.put_many([ANA])
    wanted = replace(PICKY, phone="+10000000", email=None)
    stored = recipients.save_preferences(wanted)
    assert stored == recipients.load("ana") == replace(PICKY, version=1)

    plain = replace(Recipient("ana", Language.ES, phone=ANA.phone, email=ANA.email), version=1)
    assert recipients.save_preferences(plain) == recipients.load("ana") == replace(plain, version=2)


def test_the_first_preferences_of_somebody_unknown_are_kept(recipients: Recipients) -> None:
    new = replace(Recipient("new"), weekly_cap=3)
    assert recipients.save_preferences(new) == recipients.load("new") == replace(new, version=1)


def test_preferences_that_were_changed_meanwhile_are_not_written(recipients: Recipients) -> None:
    recipients.put_many([ANA])
    recipients.save_preferences(PICKY)
    for version in (0, 2):
        with pytest.raises(ConcurrentUpdate):
            recipients.save_preferences(replace(ANA, version=version))
    with pytest.raises(ConcurrentUpdate):
        recipients.save_preferences(replace(BEN, version=1))
    assert recipients.load("ana") == replace(PICKY, version=1)
    assert recipients.get_many(["ben"]) == {}


def test_who_is_erased_is_unknown(recipients: Recipients) -> None:
    recipients.put_many([ANA, BEN])
    assert (recipients.erase("ana"), recipients.erase("ana"), recipients.erase("nobody")) == (1, 0, 0)
    assert recipients.get_many(["ana", "ben"]) == {"ben": BEN}
