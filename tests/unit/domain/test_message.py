from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.links import suggestion_link
from divisa.domain.message import reason_text, sms_text
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.segments import GSM_7, Encoding, segments
from divisa.domain.transaction import Side
from tests.builders import a_suggestion

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion

ROOT = Path(__file__).resolve().parents[3]
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
        "Divisa: sugerencia de VENDER 100.00 USD a 17.3512 MXN: 2.1% sobre tu costo medio."
    )


def test_an_english_sms_reads_as_a_person_would_write_it() -> None:
    assert (
        sms_text(a_suggestion(language=Language.EN, side=Side.BUY, reasons=(Reason(ReasonCode.MONTH_LOW, 3.0),)))
        == "Divisa: suggestion to BUY 100.00 USD at 17.3512 MXN: near its 30-day low."
    )


APP_URL = re.findall(r"^    appUrl: (https://\S+)", (ROOT / "serverless.yml").read_text(), re.MULTILINE)
"""Where the app of a stage on AWS lives."""


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize("amount", ["10.00", "999.99", "10000.00"])
@pytest.mark.parametrize("price", ["5.1234", "17.3512", "999.9999"])
@pytest.mark.parametrize("number", [0.0, 99.9, 365.0])
def test_with_the_link_of_the_template_every_sms_has_its_reason_and_the_link(
    language: Language, side: Side, code: ReasonCode, amount: str, price: str, number: float
) -> None:
    suggestion = a_suggestion(
        suggestion_id="b3a1f0c2d4e5968778695a4b3c",
        language=language,
        side=side,
        amount=Decimal(amount),
        price=Decimal(price),
        reasons=(Reason(code, number),),
    )
    [app_url] = APP_URL
    link = suggestion_link(app_url, suggestion.suggestion_id)
    text = sms_text(suggestion, link)
    assert text.endswith(f" {link}")
    assert segments(text)[::2] == (Encoding.GSM_7, 1)
    assert f"{amount} USD" in text
    assert reason_text(suggestion.reasons[0], language) in text


LINK = "https://d.example/s/b3a1f0c2d4e5968778695a4b3c"


def test_an_sms_that_is_too_long_loses_its_reason_and_where_that_is_not_enough_its_link_instead() -> None:
    suggestion = a_suggestion()
    text = sms_text(suggestion)
    bare = sms_text(replace(suggestion, reasons=()))
    assert sms_text(suggestion, LINK) == f"{text} {LINK}"
    room = SMS_SEGMENT - len(text) - 1
    assert sms_text(suggestion, "x" * room) == f"{text} {'x' * room}"
    assert sms_text(suggestion, "x" * (room + 1)) == f"{bare} {'x' * (room + 1)}"
    room = SMS_SEGMENT - len(bare) - 1
    assert sms_text(suggestion, "x" * room) == f"{bare} {'x' * room}"
    assert sms_text(suggestion, "x" * (room + 1)) == text
    assert sms_text(suggestion, "https://á.example") == text


def test_letters_of_the_extension_table_count_twice() -> None:
    suggestion = a_suggestion()
    room = SMS_SEGMENT - len(sms_text(suggestion)) - 1
    assert sms_text(suggestion, "~" * (room // 2)).startswith(sms_text(suggestion))
    assert not sms_text(suggestion, "~" * (room // 2 + 1)).startswith(sms_text(suggestion))
