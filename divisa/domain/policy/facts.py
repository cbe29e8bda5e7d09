"""Everything that the policy may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.experiment import Arm

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from decimal import Decimal

    from divisa.domain.market import MarketView
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from divisa.domain.transaction import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one user, one side and one moment.

    Attributes:
        side: what the user would be told to do.
        quote: the price to do it at.
        quote_age: how old that is at the moment of decision, in time as people wait for it.
        at: the moment of decision, UTC: the quote's event time, and its age. In a replay that is replayed time.
        market: the pair's market.
        recipient: how the user may be reached; None when nobody knows.
        portfolio: what the user holds of the pair; None when they have none.
        amount: what would be suggested, base currency, from `suggested_amount`.
        propensity: the model's probability of the side, 0 to 1.
        model_version: which model said so.
        inside: whether every feature lies in the range that the model was trained on.
        effect: what the model expects a message to add to the probability of the side, −1 to 1; None when it does not
            say.
        last_told: event time of the newest suggestion of this pair and side that was let out or held out, UTC.
        told_this_week: messages to the user, sent or on their way, in the 7 days before `at`, of all pairs.
        accepted: side and moment, UTC, of the user's newest acceptance of a suggestion of the pair, sent or not; None
            without.
        arm: what the draw of the episode says.
    """

    side: Side
    quote: Quote
    quote_age: timedelta
    at: datetime
    market: MarketView[float]
    recipient: Recipient | None
    portfolio: Portfolio | None
    amount: Decimal
    propensity: float
    model_version: str
    inside: bool = True
    effect: float | None = None
    last_told: datetime | None = None
    told_this_week: int = 0
    accepted: tuple[Side, datetime] | None = None
    arm: Arm = Arm.TREATED
