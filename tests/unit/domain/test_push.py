from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from divisa.domain.push import push_text
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.transaction import Side
from tests.builders import APP_URL, WEDNESDAY, a_suggestion


def test_a_notification_reads_as_a_person_would_write_it() -> None:
    spanish = push_text(a_suggestion(), APP_URL, WEDNESDAY)
    assert (spanish.title, spanish.body) == (
        "Buen precio para vender USD",
        "100.00 USD a 17.3512 MXN: 2.1% sobre tu costo medio. Es una sugerencia.",
    )
    english = push_text(a_suggestion(language=Language.EN, side=Side.BUY), APP_URL, WEDNESDAY)
    assert (english.title, english.body) == (
        "A good price to buy USD",
        "100.00 USD at 17.3512 MXN: 2.1% above your average cost. This is a suggestion.",
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("code", ReasonCode)
def test_whatever_the_reason_it_says_side_amount_and_price_and_leaves_nothing_unfilled(
    language: Language, side: Side, code: ReasonCode
) -> None:
    reasons = (Reason(code, 1234.5), Reason(ReasonCode.MONTH_HIGH, 99.0))
    found = push_text(
        a_suggestion(language=language, side=side, reasons=reasons, amount=Decimal("5.10")), APP_URL, WEDNESDAY
    )
    assert found.title.endswith("USD")
    assert found.body.startswith("5.10 USD ")
    assert "$" not in found.title + found.body
    assert len(found.body) < 178  # what phones show at most without unfolding


def test_it_names_its_suggestion_and_leads_to_it() -> None:
    suggestion = a_suggestion()
    found = push_text(suggestion, f"{APP_URL}/s/1", WEDNESDAY)
    assert (found.suggestion_id, found.link) == (suggestion.suggestion_id, f"{APP_URL}/s/1")


@pytest.mark.parametrize(
    ("waited", "lifetime"),
    [
        (timedelta(0), timedelta(minutes=30)),
        (timedelta(minutes=29), timedelta(minutes=1)),
        (timedelta(minutes=30), timedelta(seconds=1)),
        (timedelta(minutes=31), timedelta(seconds=1)),
    ],
)
def test_it_is_news_until_its_suggestion_expires_however_long_it_was_on_its_way(
    waited: timedelta, lifetime: timedelta
) -> None:
    suggestion = a_suggestion()
    assert push_text(suggestion, APP_URL, suggestion.created_at + waited).lifetime == lifetime
