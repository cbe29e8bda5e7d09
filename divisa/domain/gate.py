"""The quote gate: which price events are believed.

Every quote passes here before anything else sees it. A rejection carries a reason code and never stops the stream.
The gate is a fold: `admit(state, quote, …) -> (state, reason)`; the state is stored with the market's state, so that
the same quotes in the same order, at the same ages, are believed or not, whoever reads them and however often.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from divisa.domain.quote import Quote

NEW_YORK = ZoneInfo("America/New_York")
CLOSE_HOUR = 17
"""The week of the currency market ends on Friday and begins on Sunday at 17:00 in New York."""
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6

MAD_TO_SIGMA = 1.4826
"""Median absolute deviation times this estimates the standard deviation of a normal sample."""


class Rejection(StrEnum):
    """Why a price event was not believed; also the quarantine prefix and the metric dimension."""

    CORRUPT_AGGREGATE = "corrupt_aggregate"
    MALFORMED = "malformed"
    UNKNOWN_PAIR = "unknown_pair"
    NOT_POSITIVE = "not_positive"
    CROSSED = "crossed"
    FUTURE = "future"
    STALE = "stale"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    MARKET_CLOSED = "market_closed"
    OUTLIER = "outlier"


@dataclass(frozen=True, slots=True)
class GateLimits:
    """What the gate tolerates.

    Attributes:
        max_age: an older quote is stale.
        future_tolerance: how far a source's clock may run ahead of ours.
        outlier_window: accepted mids that make the recent range.
        outlier_sigmas: distance from the recent median, in robust standard deviations, that needs confirmation.
        outlier_floor: log-price distance that never needs confirmation, however quiet the range.
    """

    max_age: timedelta = timedelta(seconds=60)
    future_tolerance: timedelta = timedelta(seconds=2)
    outlier_window: int = 15
    outlier_sigmas: float = 8.0
    outlier_floor: float = 0.02


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate remembers of one pair.

    Attributes:
        last_event_time: event time of the newest accepted quote, UTC.
        last_sequence: highest sequence seen, by source.
        recent: log mids of the newest accepted quotes, oldest first.
        suspect: log mid of an outlier that waits for a second quote to confirm it.
    """

    last_event_time: datetime | None = None
    last_sequence: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[float, ...] = ()
    suspect: float | None = None


def market_is_open(at: datetime) -> bool:
    """Whether the currency market trades at a moment (UTC): all week but Friday 17:00 to Sunday 17:00, New York.

    >>> from datetime import UTC
    >>> market_is_open(datetime(2024, 1, 6, 12, tzinfo=UTC))
    False
    """
    local = at.astimezone(NEW_YORK)
    day, closed_hour = local.weekday(), local.hour >= CLOSE_HOUR
    return not (day == SATURDAY or (day == FRIDAY and closed_hour) or (day == SUNDAY and not closed_hour))


def admit(state: GateState, quote: Quote, *, age: timedelta, limits: GateLimits) -> tuple[GateState, Rejection | None]:
    """Decide whether a quote is believed.

    Args:
        state: what the gate remembers of this pair.
        quote: the price event.
        age: how old the event is by the caller's clock; negative when it lies ahead.
        limits: what is tolerated.

    Returns:
        The state to remember, and the reason when the quote is rejected, else None.
    """
    reason = _implausible(quote, age, limits) or _misplaced(state, quote)
    if reason is not None:
        return state, reason
    seen = replace(state, last_sequence={**state.last_sequence, quote.source: quote.sequence})
    x = quote.log_mid
    if _is_outlier(seen.recent, x, limits):
        if seen.suspect is None or abs(x - seen.suspect) > limits.outlier_floor / 2:
            return replace(seen, suspect=x), Rejection.OUTLIER
        recent: tuple[float, ...] = (seen.suspect, x)
    else:
        recent = (*seen.recent, x)[-limits.outlier_window :]
    return replace(seen, last_event_time=quote.event_time, recent=recent, suspect=None), None


def _implausible(quote: Quote, age: timedelta, limits: GateLimits) -> Rejection | None:
    if not (quote.bid.is_finite() and quote.ask.is_finite()):
        return Rejection.MALFORMED
    if quote.bid <= 0 or quote.ask <= 0:
        return Rejection.NOT_POSITIVE
    if quote.bid >= quote.ask:
        return Rejection.CROSSED
    if age < -limits.future_tolerance:
        return Rejection.FUTURE
    if age > limits.max_age:
        return Rejection.STALE
    return None if market_is_open(quote.event_time) else Rejection.MARKET_CLOSED


def _misplaced(state: GateState, quote: Quote) -> Rejection | None:
    if quote.sequence <= state.last_sequence.get(quote.source, -1):
        return Rejection.DUPLICATE
    if state.last_event_time is not None and quote.event_time <= state.last_event_time:
        return Rejection.OUT_OF_ORDER
    return None


def _is_outlier(recent: tuple[float, ...], x: float, limits: GateLimits) -> bool:
    if not recent:
        return False
    centre = median(recent)
    deviation = median(abs(value - centre) for value in recent)
    return abs(x - centre) > max(limits.outlier_floor, limits.outlier_sigmas * MAD_TO_SIGMA * deviation)
