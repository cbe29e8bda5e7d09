"""Facts that no rule has anything against, of which a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from divisa.domain.policy import Facts
from divisa.domain.transaction import Side
from tests.builders import WEDNESDAY, a_market_view, a_portfolio, a_quote, a_recipient

FRESH = timedelta(seconds=1)


def some_facts(**changes: Any) -> Facts:
    """Ana could sell 100 dollars at 17.049, above the week's average of 16.88, a second after the quote."""
    plain = Facts(
        side=Side.SELL,
        quote=a_quote(),
        quote_age=FRESH,
        at=WEDNESDAY + FRESH,
        market=a_market_view(),
        recipient=a_recipient(),
        portfolio=a_portfolio(),
        amount=Decimal(100),
        propensity=0.7,
        model_version="hgb-20240108-0f3a9c",
    )
    return replace(plain, **changes)
