from __future__ import annotations

from decimal import Decimal
from math import log

from tests.builders import a_quote


def test_the_mid_is_exactly_between_bid_and_ask() -> None:
    quote = a_quote(bid="17.0511", ask="17.0532")
    assert quote.mid == Decimal("17.05215")
    assert quote.log_mid == log(17.05215)
