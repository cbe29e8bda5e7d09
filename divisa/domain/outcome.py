"""What became of a suggestion: was it shown, opened, answered, followed, and would following it have paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.experiment import Arm
from divisa.domain.pair import quantum
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from divisa.domain.bars import Bar
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.domain.reasons import ReasonCode
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Delivery, Suggestion, SuggestionResponse


class Horizon(StrEnum):
    """How long after a suggestion the price is looked at again."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "7d"

    @property
    def length(self) -> timedelta:
        """The time from the suggestion on."""
        return _LENGTHS[self]


_LENGTHS: Final = {
    Horizon.HOUR: timedelta(hours=1),
    Horizon.DAY: timedelta(days=1),
    Horizon.WEEK: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """What counts as an outcome.

    Attributes:
        window: time after a suggestion in which a transaction of its side counts as following it.
        half_spread: half of ask − bid as a part of the mid, which a later price is taken to have: bars keep mids only.
        max_price_age: an older close is no price any more; longer than a weekend, over which no market moves.
    """

    window: timedelta = timedelta(hours=24)
    half_spread: Decimal = Decimal("0.0001")
    max_price_age: timedelta = timedelta(days=4)

    @property
    def stages(self) -> tuple[timedelta, ...]:
        """Times after a suggestion at which its outcome gains something, in order: a price, or the window's end."""
        return tuple(sorted({self.window, *_LENGTHS.values()}))

    @property
    def settled_after(self) -> timedelta:
        """Time after a suggestion from which on nothing is added to its outcome."""
        return self.stages[-1]


@dataclass(frozen=True, slots=True)
class LaterPrice:
    """The price some time after a suggestion, and what following the suggestion is worth then.

    Attributes:
        mid: the last close at or before that moment, quote currency for one unit of base.
        bid, ask: mid less, and plus, half a spread (see `OutcomeRules`).
        gain: quote currency, rounded half-even to its minor unit, against not trading, both spreads paid. BUY: amount ×
            (bid − price): bought at the suggestion's ask and sold again. SELL: amount × (price − ask): sold at its bid
            and bought back.
    """

    mid: Decimal
    bid: Decimal
    ask: Decimal
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """One suggestion of the experiment and what is known to have followed; None is what is not, or never happened.

    Attributes:
        suggestion_id, user_id, pair, side, amount, price: as in `Suggestion`.
        begun_at: from when on it could be followed, UTC: when it was made or, where quiet hours held it, made anew.
        arm: TREATED when it was let out, whether it arrived or not; HELD_OUT when it was held out.
        channel: the first that it was to go to when it was made, in either arm.
        reason: the strongest.
        known_until: until when events count in it, UTC; it may say more later, until `OutcomeRules.settled_after`.
        shown_at: when the first message was handed over that is not known to have come back, UTC.
        opened_at: when the user first opened it, UTC.
        response: what the user said, and `responded_at` when, UTC.
        traded_at: the user's first transaction of the side and pair in the window, UTC; `traded_quantity` its base
            currency.
        prices: by horizon, those whose time has come and of which there is a close.
    """

    suggestion_id: str
    user_id: str
    pair: Pair
    side: Side
    amount: Decimal
    price: Decimal
    begun_at: datetime
    arm: Arm
    channel: Channel | None
    reason: ReasonCode | None
    known_until: datetime
    shown_at: datetime | None = None
    opened_at: datetime | None = None
    response: SuggestionResponse | None = None
    responded_at: datetime | None = None
    traded_at: datetime | None = None
    traded_quantity: Decimal | None = None
    prices: dict[Horizon, LaterPrice] = field(default_factory=dict)

    @property
    def traded(self) -> bool:
        """Whether the user did what was suggested, within the window."""
        return self.traded_at is not None


def arm_in(suggestion: Suggestion) -> Arm | None:
    """Its group in the experiment; None when it is not part of it: suppressed for another reason, or held.

    Nobody has asked yet whether what quiet hours hold is to be held out; what comes out of them is made anew then.
    """
    if suggestion.suppressed is Suppression.HOLDOUT:
        return Arm.HELD_OUT
    return Arm.TREATED if suggestion.suppressed is None and suggestion.held_until is None else None


def outcome_of(
    suggestion: Suggestion,
    deliveries: Iterable[Delivery],
    entries: Iterable[LedgerEntry],
    bars: Iterable[Bar],
    at: datetime,
    rules: OutcomeRules | None = None,
) -> Outcome | None:
    """What is known at a moment of a suggestion; None when it is not part of the experiment.

    It is the same for every moment from `created_at + rules.settled_after` on: later events do not count.

    Args:
        suggestion: the suggestion.
        deliveries: of any suggestions, in any order; those of others are passed over.
        entries: of the ledger, in any order; of others and of other pairs and sides they are passed over.
        bars: of any intervals, in any order; one of which a quote came after a horizon is of no use for that.
        at: until when events count, UTC.
        rules: what counts; those of the class by default.
    """
    counted, arm = rules or OutcomeRules(), arm_in(suggestion)
    if arm is None:
        return None
    until = min(at, suggestion.created_at + counted.settled_after)
    shown = [
        each.at
        for each in deliveries
        if each.suggestion_id == suggestion.suggestion_id and each.status.was_shown and each.at <= until
    ]
    followed = first_trade(suggestion, entries, min(until, suggestion.created_at + counted.window))
    answered, opened = suggestion.responded_at, suggestion.opened_at
    is_answered = answered is not None and answered <= until
    return Outcome(
        suggestion_id=suggestion.suggestion_id,
        user_id=suggestion.user_id,
        pair=suggestion.pair,
        side=suggestion.side,
        amount=suggestion.amount,
        price=suggestion.price,
        begun_at=suggestion.created_at,
        arm=arm,
        channel=suggestion.intended,
        reason=suggestion.reasons[0].code if suggestion.reasons else None,
        known_until=until,
        shown_at=min(shown, default=None),
        opened_at=opened if opened is not None and opened <= until else None,
        response=suggestion.response if is_answered else None,
        responded_at=answered if is_answered else None,
        traded_at=followed.transaction.event_time if followed is not None else None,
        traded_quantity=followed.transaction.quantity if followed is not None else None,
        prices=_prices(suggestion, tuple(bars), until, counted),
    )


def first_trade(suggestion: Suggestion, entries: Iterable[LedgerEntry], until: datetime) -> LedgerEntry | None:
    """The first entry of the suggestion's user, pair and side after it was made, until a moment, itself included."""
    wanted, begun = (suggestion.user_id, suggestion.pair, suggestion.side), suggestion.created_at
    after = (
        entry
        for entry in entries
        if (entry.transaction.user_id, entry.transaction.pair, entry.transaction.side) == wanted
        and begun < entry.transaction.event_time <= until
    )
    return min(after, key=lambda entry: (entry.transaction.event_time, entry.sequence), default=None)


def _prices(
    suggestion: Suggestion, bars: tuple[Bar, ...], until: datetime, rules: OutcomeRules
) -> dict[Horizon, LaterPrice]:
    known = {}
    for horizon in Horizon:
        moment = suggestion.created_at + horizon.length
        if moment > until:
            continue
        oldest = moment - rules.max_price_age
        closes = [
            (bar.closed_at, bar.close)
            for bar in bars
            if bar.pair == suggestion.pair and oldest <= bar.closed_at <= moment
        ]
        if closes:
            known[horizon] = _later(suggestion, max(closes)[1], rules)
    return known


def _later(suggestion: Suggestion, mid: Decimal, rules: OutcomeRules) -> LaterPrice:
    bid, ask = mid * (1 - rules.half_spread), mid * (1 + rules.half_spread)
    move = bid - suggestion.price if suggestion.side is Side.BUY else suggestion.price - ask
    gain = (suggestion.amount * move).quantize(quantum(suggestion.pair.quote), rounding=ROUND_HALF_EVEN)
    return LaterPrice(mid, bid, ask, gain)
