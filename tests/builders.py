"""Builders: a valid value of each kind, of which a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import log
from typing import TYPE_CHECKING, Any

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.email import EmailLinks
from divisa.domain.evaluation import Watch
from divisa.domain.experiment import Arm
from divisa.domain.ledger import LedgerEntry, transaction_id_of
from divisa.domain.market import MarketState, MarketView, fold
from divisa.domain.outcome import Horizon, LaterPrice, Outcome
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio, amount_of
from divisa.domain.quote import Quote
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import Suggestion, SuggestionResponse, suggestion_id_of
from divisa.domain.transaction import Side, Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

USD_MXN = Pair("USD", "MXN")
WEDNESDAY = datetime(2024, 1, 10, 15, 0, tzinfo=UTC)
"""A moment at which the currency market is open."""
HALF_SPREAD = Decimal("0.001")
PHONE, EMAIL = "+525512345678", "ana@example.com"
APP_URL = "https://app.divisa.example"
LINKS = EmailLinks(f"{APP_URL}/s/one", "https://api.divisa.example/v1/unsubscribe?token=t0.k3n")
"""Where an email leads to."""


def a_quote(mid: Decimal | str = "17.05", *, at: datetime = WEDNESDAY, sequence: int = 1, **changes: Any) -> Quote:
    """A quote around a mid; `bid` and `ask` may be given instead."""
    middle = Decimal(mid)
    quote = Quote(USD_MXN, middle - HALF_SPREAD, middle + HALF_SPREAD, at, sequence, "ecb-bridge")
    exact: dict[str, Any] = {key: Decimal(v) if key in {"bid", "ask"} else v for key, v in changes.items()}
    return replace(quote, **exact)


def quotes_of(mids: Sequence[Decimal | str], *, every: timedelta = timedelta(seconds=10)) -> list[Quote]:
    """A path: one quote after the other, numbered from 1."""
    return [a_quote(mid, at=WEDNESDAY + i * every, sequence=i + 1) for i, mid in enumerate(mids)]


def a_market_state(mid: Decimal | str = "17.05", *, at: datetime = WEDNESDAY) -> MarketState:
    """The market after its first quote."""
    return fold(None, a_quote(mid, at=at))


def a_market_view(**changes: float) -> MarketView[float]:
    """A market at 17.05, a tenth below the top of its 30-day range."""
    x = log(17.05)
    plain = MarketView(
        as_of=WEDNESDAY.timestamp(),
        log_mid=x,
        ewma_1h=x,
        ewma_1d=x - 0.002,
        ewma_7d=x - 0.01,
        ewma_30d=x + 0.01,
        sigma=0.008,
        low=x - 0.09,
        high=x + 0.01,
    )
    return replace(plain, **changes)


def a_transaction(
    side: Side = Side.BUY,
    quantity: Decimal | str = "100",
    price: Decimal | str = "17.00",
    *,
    at: datetime = WEDNESDAY,
    user_id: str = "ana",
) -> Transaction:
    """One ledger entry."""
    return Transaction(user_id, USD_MXN, side, Decimal(quantity), Decimal(price), at)


def an_entry(
    side: Side = Side.BUY,
    quantity: Decimal | str = "100",
    price: Decimal | str = "17.00",
    *,
    at: datetime = WEDNESDAY,
    user_id: str = "ana",
    sequence: int = 1,
    **changes: Any,
) -> LedgerEntry:
    """An entry of the ledger, made in the market of `a_market_view`; a SELL gains nothing unless said."""
    transaction = a_transaction(side, quantity, price, at=at, user_id=user_id)
    plain = LedgerEntry(
        transaction_id=transaction_id_of(user_id, f"order-{sequence}"),
        transaction=transaction,
        sequence=sequence,
        amount=amount_of(transaction.quantity, transaction.price, transaction.pair.quote),
        realised_pnl=Decimal("0.00") if side is Side.SELL else None,
        market=a_market_view(),
        quote_time=at,
        quote_sequence=1,
        fingerprint=f"order-{sequence}",
    )
    return replace(plain, **changes)


def a_summary(**changes: float) -> BehaviourSummary[float]:
    """Somebody who bought 100 dollars at 17.00 a month ago, and nothing else unless said."""
    bought = {
        "buys": 1.0,
        "last_at": (WEDNESDAY - timedelta(days=30)).timestamp(),
        "last_buy": log(17.0),
        "usual_buy": log(17.0),
        "buy_level": 0.3,
        "buy_z": -0.5,
        "size": 100.0,
        "recent_buys": 1.0,
        "position": 100.0,
        "cost": 17.0,
    }
    return replace(NEWCOMER, **(bought | changes))


def a_portfolio(base: Decimal | str = "500", quote: Decimal | str = "20000", *, user_id: str = "ana") -> Portfolio:
    """Balances in dollars and pesos, the dollars bought at 17.00."""
    return Portfolio(user_id, USD_MXN, Decimal(base), Decimal(quote), base_cost=Decimal(base) * 17)


def a_recipient(user_id: str = "ana", **changes: Any) -> Recipient:
    """Somebody who agreed to email and SMS and gave both contacts."""
    return replace(
        Recipient(user_id, consent=frozenset({Channel.EMAIL, Channel.SMS}), phone=PHONE, email=EMAIL), **changes
    )


def a_watch(user_id: str = "ana", **changes: Any) -> Watch:
    """A watch that has not moved yet."""
    return replace(Watch(user_id, USD_MXN), **changes)


def a_suggestion(**changes: Any) -> Suggestion:
    """A sell that was let out for email, and for SMS if that reaches nobody."""
    plain = Suggestion(
        suggestion_id=suggestion_id_of("ana", USD_MXN, Side.SELL, 1),
        user_id="ana",
        pair=USD_MXN,
        side=Side.SELL,
        amount=Decimal("100.00"),
        price=Decimal("17.3512"),
        quote_time=WEDNESDAY,
        quote_sequence=1,
        reasons=(Reason(ReasonCode.ABOVE_COST, 2.1),),
        propensity=0.6,
        model_version="m-1",
        episode=1,
        created_at=WEDNESDAY,
        expires_at=WEDNESDAY + timedelta(minutes=30),
        language=a_recipient().language,
        channels=(Channel.EMAIL, Channel.SMS),
        intended=Channel.EMAIL,
    )
    return replace(plain, **changes)


def an_outcome(**changes: Any) -> Outcome:
    """A sell that was shown, followed, and worth it an hour later."""
    suggestion = a_suggestion()
    plain = Outcome(
        suggestion_id=suggestion.suggestion_id,
        user_id=suggestion.user_id,
        pair=suggestion.pair,
        side=suggestion.side,
        amount=suggestion.amount,
        price=suggestion.price,
        begun_at=suggestion.created_at,
        arm=Arm.TREATED,
        channel=Channel.SMS,
        reason=ReasonCode.ABOVE_COST,
        known_until=suggestion.created_at + timedelta(days=7),
        shown_at=WEDNESDAY + timedelta(seconds=3, microseconds=250),
        opened_at=WEDNESDAY + timedelta(minutes=2),
        response=SuggestionResponse.ACCEPTED,
        responded_at=WEDNESDAY + timedelta(minutes=3),
        traded_at=WEDNESDAY + timedelta(minutes=4),
        traded_quantity=Decimal("70.00"),
        prices={Horizon.HOUR: LaterPrice(Decimal("17.3"), Decimal("17.29"), Decimal("17.31"), Decimal("4.12"))},
    )
    return replace(plain, **changes)
