from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.wire.offer import MAX_LENGTH, SignedOfferIds
from divisa.domain.errors import Refused
from divisa.domain.offer import Offer, offered
from tests.builders import WEDNESDAY, a_quote
from tests.unit.adapters.strategies import moments, quotes

IDS = SignedOfferIds(lambda: b"secret")
OFFER = offered(a_quote(), "ana", WEDNESDAY)
QUOTE_ID = IDS.issue(OFFER)


def assert_unknown(quote_id: str, user_id: str = "ana", ids: SignedOfferIds = IDS) -> None:
    with pytest.raises(Refused) as refused:
        ids.read(quote_id, user_id)
    assert refused.value.code == "quote_unknown"


@given(quotes(), moments())
def test_an_offer_comes_back_to_its_user_as_it_was(quote: object, at: object) -> None:
    offer: Offer = offered(quote, "ana", at)  # type: ignore[arg-type]
    quote_id = IDS.issue(offer)
    assert IDS.read(quote_id, "ana") == offer
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", quote_id)
    assert len(quote_id) <= MAX_LENGTH


def test_an_offer_is_of_no_use_to_anybody_else() -> None:
    assert_unknown(QUOTE_ID, "ben")
    assert "ana" not in QUOTE_ID


def test_an_offer_of_another_stage_is_unknown() -> None:
    assert_unknown(QUOTE_ID, ids=SignedOfferIds(lambda: b"another"))


@given(st.integers(0, len(QUOTE_ID) - 1), st.sampled_from("Aa0_-."))
def test_an_id_that_was_tampered_with_is_unknown(place: int, letter: str) -> None:
    if QUOTE_ID[place] != letter:
        assert_unknown(QUOTE_ID[:place] + letter + QUOTE_ID[place + 1 :])


@given(st.text(max_size=600))
def test_any_text_is_unknown(text: str) -> None:
    assert_unknown(text)


def test_an_offer_cannot_be_bettered_by_signing_it_with_what_is_public() -> None:
    better = IDS.issue(replace(OFFER, ask=Decimal("1.00"), issued_at=WEDNESDAY + timedelta(days=1)))
    assert_unknown(f"{better.partition('.')[0]}.{QUOTE_ID.partition('.')[2]}")


def test_what_was_signed_by_another_version_is_unknown() -> None:
    for text in (
        "W10",
        "eyJ9",
        "bm9uZQ",
        "A",
        "WyJYWVovQUJDIiwiMSIsIjIiLCIyMDI0LTAxLTEwVDE1OjAwOjAwWiIsMSwiMjAyNC0wMS0xMFQxNTowMDowMFoiXQ",
    ):
        assert_unknown(f"{text}.{IDS._signature(text, 'ana')}")
