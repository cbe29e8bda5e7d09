"""Values of the domain, drawn at random within what the domain allows."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from divisa.domain.bands import EVERYWHERE, NOWHERE, Band
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import field_names
from divisa.domain.episodes import Visit
from divisa.domain.evaluation import Decision, Watch
from divisa.domain.ledger import LedgerEntry
from divisa.domain.market import MarketView
from divisa.domain.pair import Pair, from_minor
from divisa.domain.quote import Quote
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suggestion, Suppression
from divisa.domain.transaction import Side, Transaction

PAIRS = [Pair("USD", "MXN"), Pair("USD", "BRL"), Pair("USD", "JPY")]


def moments() -> st.SearchStrategy[datetime]:
    """Times to the microsecond, UTC, as far as markets and replays reach."""
    return st.datetimes(datetime(1999, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def prices() -> st.SearchStrategy[Decimal]:
    """Positive prices of up to 18 digits."""
    return st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**12), st.integers(0, 6))


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    """Quotes that the wire can carry; not all of them would pass the gate."""
    return Quote(
        pair=draw(st.sampled_from(PAIRS)),
        bid=draw(prices()),
        ask=draw(prices()),
        event_time=draw(moments()),
        sequence=draw(st.integers(0, 2**63 - 1)),
        source=draw(st.sampled_from(["ecb-bridge", "poller.1", "x"])),
    )


@st.composite
def suggestions(draw: st.DrawFn) -> Suggestion:
    """Suggestions, let out, held or suppressed."""
    pair = draw(st.sampled_from(PAIRS))
    suppressed = draw(st.none() | st.sampled_from(list(Suppression)))
    held_until = draw(st.none() | moments())
    channels = [] if suppressed or held_until else draw(st.lists(st.sampled_from(list(Channel)), unique=True))
    reasons = st.builds(Reason, st.sampled_from(list(ReasonCode)), st.floats(0, 1e6).map(lambda x: round(x, 1)))
    return Suggestion(
        suggestion_id=draw(st.text("0123456789abcdef", min_size=26, max_size=26)),
        user_id=draw(st.text("abcu-0123456789", min_size=1, max_size=12)),
        pair=pair,
        side=draw(st.sampled_from(list(Side))),
        amount=from_minor(draw(st.integers(0, 10**12)), pair.base),
        price=draw(prices()),
        quote_time=draw(moments()),
        quote_sequence=draw(st.integers(0, 2**63 - 1)),
        reasons=tuple(draw(st.lists(reasons, max_size=3))),
        propensity=draw(st.floats(1e-9, 1)),
        model_version=draw(st.sampled_from(["20240105-1", "7"])),
        episode=draw(st.integers(1, 10**6)),
        created_at=draw(moments()),
        expires_at=draw(moments()),
        language=draw(st.sampled_from(list(Language))),
        channels=tuple(channels),
        intended=draw(st.none() | st.sampled_from(list(Channel))),
        suppressed=suppressed,
        held_until=held_until,
    )


def summaries() -> st.SearchStrategy[BehaviourSummary[float]]:
    """Summaries of any floats at all, NaN for what has not happened."""
    numbers = st.floats() | st.sampled_from([0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2**53 + 2.0])
    return st.builds(BehaviourSummary, **dict.fromkeys(field_names(BehaviourSummary), numbers))


def edges() -> st.SearchStrategy[float]:
    """Edges of bands that a store gives back to the last bit: every float that a price or a model comes near, ±inf."""
    near = st.floats(1e-125, 1e125, exclude_max=True)
    return near | near.map(lambda edge: -edge) | st.sampled_from([0.0, math.inf, -math.inf, 1 / 3, 2.8332133440562162])


def bands() -> st.SearchStrategy[Band]:
    """Bands, those among them that hold no price."""
    return st.builds(Band, edges(), edges()) | st.sampled_from([NOWHERE, EVERYWHERE])


@st.composite
def watches(draw: st.DrawFn) -> Watch:
    """Watches in any state, seen or not, in a visit or not."""
    return Watch(
        user_id=draw(st.text("abcu-0123456789", min_size=1, max_size=12)),
        pair=draw(st.sampled_from(PAIRS)),
        band=draw(bands()),
        decision=draw(st.sampled_from(list(Decision))),
        visit=draw(st.none() | st.builds(Visit, st.sampled_from(list(Side)), bands(), st.none() | moments())),
        episode=draw(st.integers(0, 10**9)),
        generation=draw(st.integers(0, 10**9)),
        evaluated_at=draw(st.none() | moments()),
        refresh_at=draw(st.none() | moments()),
        model_version=draw(st.none() | st.sampled_from(["20240105-1", "7"])),
    )


@st.composite
def entries(draw: st.DrawFn) -> LedgerEntry:
    """Ledger entries in any market."""
    pair, side = draw(st.sampled_from(PAIRS)), draw(st.sampled_from(list(Side)))
    money = st.integers(0, 10**12)
    finite = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 5e-324, 1 / 3])
    return LedgerEntry(
        transaction_id=draw(st.text("0123456789abcdef", min_size=26, max_size=26)),
        transaction=Transaction(
            user_id=draw(st.text("abcu-0123456789", min_size=1, max_size=12)),
            pair=pair,
            side=side,
            quantity=from_minor(draw(money), pair.base),
            price=draw(prices()),
            event_time=draw(moments()),
        ),
        sequence=draw(st.integers(1, 10**9)),
        amount=from_minor(draw(money), pair.quote),
        realised_pnl=from_minor(draw(st.integers(-(10**12), 10**12)), pair.quote) if side is Side.SELL else None,
        market=draw(st.builds(MarketView, **dict.fromkeys(field_names(MarketView), finite))),
        quote_time=draw(moments()),
        quote_sequence=draw(st.integers(0, 2**63 - 1)),
        fingerprint=draw(st.text("0123456789abcdef", max_size=64)),
    )
