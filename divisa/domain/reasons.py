"""Why a suggestion is made: reason codes with the number that a person can check.

The model's features are the evidence. A code applies when its feature stands out in the direction of the side; its
strength orders the codes that apply, so that the message can name the strongest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ReasonCode(StrEnum):
    """What speaks for a suggestion; the number of each is given behind it."""

    BELOW_COST = "below_cost"  # percent below the average cost of what the user holds
    ABOVE_COST = "above_cost"  # percent above it
    BELOW_LAST_SELL = "below_last_sell"  # percent below the user's newest sell
    ABOVE_LAST_BUY = "above_last_buy"  # percent above the user's newest buy
    MONTH_LOW = "month_low"  # place in the 30-day range in percent, 0 the low
    MONTH_HIGH = "month_high"  # place in the 30-day range in percent, 100 the high
    BELOW_WEEK = "below_week"  # percent below the 7-day average
    ABOVE_WEEK = "above_week"  # percent above it
    USUAL_DATES = "usual_dates"  # agreement of today with the days of the month on which the user sells, percent
    DUE = "due"  # days since the user's newest transaction, when that is longer than usual
    USUAL_MOMENT = "usual_moment"  # the model's probability, percent


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code and its number, whose unit the code says: not negative, one decimal."""

    code: ReasonCode
    number: float


MIN_MOVE: Final = 0.5
"""Percent by which the price must differ from cost, newest trade or average to be given as a reason."""
RANGE_EDGE: Final = 20.0
"""Percent of the 30-day range, at either end, that counts as its low or high."""
SAME_DATES: Final = 0.5
"""Agreement with the user's selling days (the feature `sell_phase`, −1 to 1) from which today counts as one of them."""

_PERCENT_CODES: Final = {
    Side.BUY: (
        ("log_price_over_cost", ReasonCode.BELOW_COST),
        ("log_price_over_last_sell", ReasonCode.BELOW_LAST_SELL),
        ("log_price_over_week", ReasonCode.BELOW_WEEK),
    ),
    Side.SELL: (
        ("log_price_over_cost", ReasonCode.ABOVE_COST),
        ("log_price_over_last_buy", ReasonCode.ABOVE_LAST_BUY),
        ("log_price_over_week", ReasonCode.ABOVE_WEEK),
    ),
}


def reasons_for(side: Side, evidence: Mapping[str, float], propensity: float, limit: int = 2) -> tuple[Reason, ...]:
    """The strongest reasons for a side, at most `limit`, never none: the price's first, then the calendar's.

    Args:
        side: what is suggested.
        evidence: features by name, NaN where unknown. `log_price_over_week` is the log price over the 7-day average.
        propensity: the model's probability of the side, 0 to 1; the reason when nothing else stands out.
        limit: how many to give.

    >>> evidence = {"log_price_over_cost": 0.03, "range_position": 0.95}
    >>> [(reason.code.value, reason.number) for reason in reasons_for(Side.SELL, evidence, 0.4)]
    [('month_high', 95.0), ('above_cost', 3.0)]
    """
    found: list[tuple[float, Reason]] = []
    towards = 1.0 if side is Side.SELL else -1.0
    for name, code in _PERCENT_CODES[side]:
        move = 100.0 * math.expm1(evidence.get(name, math.nan)) * towards
        if move >= MIN_MOVE:
            found.append((move, Reason(code, round(move, 1))))
    place = 100.0 * min(max(evidence.get("range_position", math.nan), 0.0), 1.0)
    from_edge = 100.0 - place if side is Side.SELL else place
    if from_edge <= RANGE_EDGE:
        code = ReasonCode.MONTH_HIGH if side is Side.SELL else ReasonCode.MONTH_LOW
        found.append((RANGE_EDGE - from_edge, Reason(code, round(place, 1))))
    found.sort(key=lambda item: -item[0])
    ranked = [*(reason for _, reason in found), *_calendar(side, evidence)][:limit]
    return tuple(ranked) or (Reason(ReasonCode.USUAL_MOMENT, round(100.0 * propensity, 1)),)


def _calendar(side: Side, evidence: Mapping[str, float]) -> Iterator[Reason]:
    agreement = evidence.get("sell_phase", math.nan)
    if side is Side.SELL and agreement >= SAME_DATES:
        yield Reason(ReasonCode.USUAL_DATES, round(100.0 * min(agreement, 1.0), 1))
    if evidence.get("gap_ratio", math.nan) >= 1.0 and (days := evidence.get("days_since_last", math.nan)) >= 1.0:
        yield Reason(ReasonCode.DUE, round(days, 1))
