from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.message import reason_text, sms_text
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.segments import GSM_7
from divisa.domain.transaction import Side
from tests.builders import a_suggestion

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion

SMS_SEGMENT = 160
VERBS = {
    (Language.ES, Side.BUY): "COMPRAR",
    (Language.ES, Side.SELL): "VENDER",
    (Language.EN, Side.BUY): "BUY",
    (Language.EN, Side.SELL): "SELL",
}
LARGEST = 999_999_999_999_999_999
"""No price that travels has more than 18 digits."""


def assert_says_everything_in_one_segment(suggestion: Suggestion) -> None:
    text = sms_text(suggestion)
    assert len(text) <= SMS_SEGMENT, text
    assert set(text) <= GSM_7, set(text) - GSM_7
    assert VERBS[suggestion.language, suggestion.side] in text
    assert f"{suggestion.amount} {suggestion.pair.base}" in text
    assert f"{suggestion.price:.4f} {suggestion.pair.quote}" in text
    assert reason_text(suggestion.reasons[0], suggestion.language) in text
    assert "$" not in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize(
    ("amount", "price", "percent"),
    [("10.00", "17.3512", 2.1), ("10000.00", str(LARGEST), 1e20), ("10000.00", "0.00001", 0.0)],
)
def test_an_sms_says_side_amount_price_and_reason_in_one_segment(
    language: Language, side: Side, code: ReasonCode, amount: str, price: str, percent: float
) -> None:
    assert_says_everything_in_one_segment(
        a_suggestion(
            language=language,
            side=side,
            amount=Decimal(amount),
            price=Decimal(price),
            reasons=(Reason(code, percent), Reason(ReasonCode.MONTH_HIGH, 99.0)),
        )
    )


@given(
    st.sampled_from(Language),
    st.sampled_from(Side),
    st.sampled_from(ReasonCode),
    st.decimals(10, 10_000, places=2),
    st.decimals("0.00001", LARGEST, places=5),
    st.floats(0, 1e20),
)
def test_whatever_the_numbers_an_sms_is_one_segment(
    language: Language, side: Side, code: ReasonCode, amount: Decimal, price: Decimal, percent: float
) -> None:
    assert_says_everything_in_one_segment(
        a_suggestion(language=language, side=side, amount=amount, price=price, reasons=(Reason(code, percent),))
    )


def test_a_spanish_sms_reads_as_a_person_would_write_it() -> None:
    assert sms_text(a_suggestion()) == (
        "Divisa: buen precio para VENDER 100.00 USD a 17.3512 MXN: 2.1% sobre tu costo medio. Es una sugerencia."
    )


def test_an_english_sms_reads_as_a_person_would_write_it() -> None:
    assert sms_text(
        a_suggestion(language=Language.EN, side=Side.BUY, reasons=(Reason(ReasonCode.MONTH_LOW, 3.0),))
    ) == ("Divisa: a good price to BUY 100.00 USD at 17.3512 MXN: near its 30-day low. This is a suggestion.")


LINK = "https://d.example/s/b3a1f0c2d4e5968778695a4b3c"


def test_the_link_is_in_an_sms_that_has_room_for_it_and_in_no_other() -> None:
    suggestion = a_suggestion()
    text = sms_text(suggestion)
    assert sms_text(suggestion, LINK) == f"{text} {LINK}"
    room = SMS_SEGMENT - len(text) - 1
    assert sms_text(suggestion, "x" * room) == f"{text} {'x' * room}"
    assert sms_text(suggestion, "x" * (room + 1)) == text
    assert sms_text(suggestion, "https://á.example") == text
