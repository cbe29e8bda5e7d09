from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.errors import UnknownPair
from divisa.domain.pair import MINOR_DIGITS, Pair, from_minor, quantum, round_money, to_minor


def test_a_pair_is_spelled_as_it_was_read() -> None:
    assert str(Pair.parse("USD/BRL")) == "USD/BRL"


@pytest.mark.parametrize(
    "text", ["", "USDMXN", "usd/mxn", "USD/USD", "USD/XXX", "USD/MXN ", "USD/MXN\n", "USD/MXN/BRL"]
)
def test_what_is_no_pair_of_known_currencies_is_refused(text: str) -> None:
    with pytest.raises(UnknownPair):
        Pair.parse(text)


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("MXN", 2), ("CLP", 0), ("KWD", 3)])
def test_every_currency_in_use_has_its_minor_unit(currency: str, digits: int) -> None:
    assert len(MINOR_DIGITS) > 150
    assert MINOR_DIGITS[currency] == digits


def test_a_long_text_is_not_repeated_whole() -> None:
    with pytest.raises(UnknownPair) as caught:
        Pair.parse("X" * 10_000)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.125", "USD", "2.12"),
        ("2.135", "USD", "2.14"),
        ("2.1250001", "MXN", "2.13"),
        ("-2.125", "BRL", "-2.12"),
        ("2.5", "JPY", "2"),
        ("3.5", "JPY", "4"),
    ],
)
def test_money_is_rounded_half_to_even_in_its_minor_unit(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(Decimal(amount), currency)) == rounded


def test_an_amount_finer_than_its_currency_is_not_stored() -> None:
    with pytest.raises(ValueError, match="more than 2 decimals"):
        to_minor(Decimal("1.005"), "USD")


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(MINOR_DIGITS)))
def test_minor_units_and_amounts_are_the_same_money(units: int, currency: str) -> None:
    amount = from_minor(units, currency)
    assert to_minor(amount, currency) == units
    assert amount == units * quantum(currency)
    assert round_money(amount, currency) == amount
