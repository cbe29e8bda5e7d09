from __future__ import annotations

from dataclasses import replace

import pytest

from divisa.domain.errors import InvalidContact
from divisa.domain.recipient import Channel, Language, Recipient, valid_email, valid_phone
from tests.builders import EMAIL, PHONE, a_recipient


@pytest.mark.parametrize("phone", ["+525512345678", "+12025550123", "+1234567", "+123456789012345"])
def test_a_number_in_e164_form_is_taken(phone: str) -> None:
    assert valid_phone(phone) == phone


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "5512345678",
        "+0525512345",
        "+123456",
        "+1234567890123456",
        "+52 55 1234 5678",
        "+52-5512345678",
        "+525512345678\n",
        "+٥٢٥٥١٢٣٤٥٦٧٨",
        "tel:+525512345678",
    ],
)
def test_any_other_number_is_refused_without_being_repeated(phone: str) -> None:
    with pytest.raises(InvalidContact) as caught:
        valid_phone(phone)
    assert not phone or phone not in str(caught.value)


@pytest.mark.parametrize("address", ["ana@example.com", "a.b+c@mail.example.mx", "a" * 64 + "@example.com"])
def test_an_address_with_local_part_and_domain_is_taken(address: str) -> None:
    assert valid_email(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana@example..com",
        "ana@.example.com",
        "ana@example.com.",
        "ana@exa mple.com",
        "ana@example.com,ben@example.com",
        "ana@example.com\nBcc: ben@example.com",
        "ana@example.com\n",
        "Ana <ana@example.com>",
        "a" * 65 + "@example.com",
        "ana@" + "a" * 252 + ".com",
        "ana@ben@example.com",
    ],
)
def test_any_other_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(InvalidContact) as caught:
        valid_email(address)
    assert not address or address not in str(caught.value)


def test_a_recipient_is_reached_where_there_is_both_consent_and_a_contact() -> None:
    assert a_recipient().reachable() == (Channel.EMAIL, Channel.SMS)
    assert a_recipient(phone=None).reachable() == (Channel.EMAIL,)
    assert a_recipient(email="").reachable() == (Channel.SMS,)
    assert a_recipient(consent=frozenset([Channel.EMAIL])).reachable() == (Channel.EMAIL,)
    assert Recipient("ana", phone=PHONE, email=EMAIL).reachable() == ()


def test_the_cheapest_channel_comes_first_unless_the_person_prefers_another_order() -> None:
    everywhere = a_recipient(consent=frozenset(Channel))
    assert everywhere.reachable() == (Channel.PUSH, Channel.EMAIL, Channel.SMS)
    order = (Channel.SMS, Channel.PUSH, Channel.EMAIL)
    assert replace(everywhere, channel_order=order).reachable() == order
    assert a_recipient(channel_order=order, phone=None).reachable() == (Channel.EMAIL,)


def test_a_recipient_in_a_log_shows_no_contact() -> None:
    shown = f"{a_recipient(language=Language.EN)!r} {a_recipient()} {[a_recipient()]}"
    assert "ana" in shown
    assert PHONE not in shown
    assert EMAIL not in shown
