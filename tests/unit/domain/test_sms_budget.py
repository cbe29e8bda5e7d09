from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from divisa.domain.errors import InvalidInput
from divisa.domain.sms_budget import COUNTRIES, Rate, country_of, micro_dollars, month_of, read_tariff


def test_no_calling_code_begins_another_one() -> None:
    assert [(a, b) for a in COUNTRIES for b in COUNTRIES if a != b and b.startswith(a)] == []


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_a_number_belongs_to_the_country_of_its_code(code: str) -> None:
    assert country_of(f"+{code}123456789") == COUNTRIES[code]


def test_a_month_is_one_of_utc_wherever_the_moment_was_said() -> None:
    assert month_of(datetime(2024, 1, 31, 20, tzinfo=timezone(timedelta(hours=-6)))) == "2024-02"
    assert month_of(datetime(2024, 12, 31, 23, 59, tzinfo=UTC)) == "2024-12"


def test_a_tariff_has_a_price_and_a_cap_for_each_country() -> None:
    assert read_tariff(" MX:0.0411:500 , BR:0.032:0,") == {
        "MX": Rate(Decimal("0.0411"), Decimal(500)),
        "BR": Rate(Decimal("0.032"), Decimal(0)),
    }
    assert read_tariff("") == {}
    assert micro_dollars(Decimal("0.000001")) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("MX", "country:price:cap"),
        ("MX:0.04", "country:price:cap"),
        ("MX:dear:500", "country:price:cap"),
        ("MX:0.04:5:0", "country:price:cap"),
        ("DE:0.04:500", "none of"),
        ("mx:0.04:500", "none of"),
        ("MX:0.04:500,MX:0.05:500", "twice"),
        ("MX:0:500", "positive"),
        ("MX:-1:500", "positive"),
        ("MX:0.04:-1", "cap of 0"),
        ("MX:NaN:500", "positive"),
        ("MX:0.04:Infinity", "cap of 0"),
        ("MX:0.0000001:500", "millionth"),
    ],
)
def test_a_tariff_that_is_none_says_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        read_tariff(text)
