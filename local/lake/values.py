"""Made rows of contracts as what Divisa itself writes: quotes, entries, suggestions, outcomes, decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from divisa.domain.bands import EVERYWHERE
from divisa.domain.behaviour import NEWCOMER
from divisa.domain.decision import Cause, DecisionRecord, ModelAnswer
from divisa.domain.evaluation import Decision
from divisa.domain.experiment import Arm
from divisa.domain.features import FEATURE_NAMES, QUESTION_NAMES
from divisa.domain.ledger import LedgerEntry, transaction_id_of
from divisa.domain.market import MarketView
from divisa.domain.outcome import Horizon, LaterPrice, Outcome
from divisa.domain.pair import Pair
from divisa.domain.portfolio import amount_of
from divisa.domain.quote import Quote
from divisa.domain.recipient import Channel, Language
from divisa.domain.suggestion import Suggestion, SuggestionResponse, Suppression
from divisa.domain.transaction import Side, Transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, str]

_ARMS: Final = {"treated": Arm.TREATED, "holdout": Arm.HELD_OUT}
_MARKET: Final = MarketView(
    as_of=0.0, log_mid=0.0, ewma_1h=0.0, ewma_1d=0.0, ewma_7d=0.0, ewma_30d=0.0, sigma=0.0, low=0.0, high=0.0
)
"""A market of which nothing is known; no row of the lake has anything of it."""


def quote_of(row: Row) -> Quote:
    """A row of `fx_prices`."""
    at = _moment(row["event_time"])
    return Quote(_pair(row), Decimal(row["bid"]), Decimal(row["ask"]), at, int(at.timestamp()), "made")


def entry_of(row: Row) -> LedgerEntry:
    """A row of `fx_transactions`."""
    at, side = _moment(row["event_time"]), Side(row["side"])
    traded = Transaction(row["user_id"], _pair(row), side, Decimal(row["quantity"]), Decimal(row["price"]), at)
    return LedgerEntry(
        transaction_id=transaction_id_of(traded.user_id, row["event_time"]),
        transaction=traded,
        sequence=1,
        amount=amount_of(traded.quantity, traded.price, traded.pair.quote),
        realised_pnl=Decimal("0.00") if side is Side.SELL else None,
        market=_MARKET,
        quote_time=at,
        quote_sequence=1,
        fingerprint=row["event_time"],
    )


def suggestion_of(row: Row) -> Suggestion:
    """A row of `fx_suggestions`; one that was told goes to no channel any more, so that nobody is told again."""
    at = _moment(row["event_time"])
    return Suggestion(
        suggestion_id=row["suggestion_id"],
        user_id=row["user_id"],
        pair=_pair(row),
        side=Side(row["side"]),
        amount=Decimal(row["amount"]),
        price=Decimal(row["price"]),
        quote_time=at,
        quote_sequence=1,
        reasons=(),
        propensity=float(row["propensity"]),
        model_version=row["model_version"],
        episode=1,
        created_at=at,
        expires_at=at + timedelta(minutes=30),
        language=Language.EN,
        channels=(),
        intended=Channel(row["channel"]) if row["channel"] else None,
        suppressed=None if row["told"] == "true" else Suppression.HOLDOUT,
    )


def outcome_of(row: Row) -> Outcome:
    """A row of `fx_outcomes`, of a suggestion at the price 1, so that a gain is how far from that a later price is."""
    side = Side(row["side"])
    gains = {Horizon.DAY: row["gain_1d"], Horizon.WEEK: row["gain_7d"]}
    return Outcome(
        suggestion_id=row["suggestion_id"],
        user_id=row["user_id"],
        pair=_pair(row),
        side=side,
        amount=Decimal(100),
        price=Decimal(1),
        begun_at=_moment(row["begun_at"]),
        arm=_ARMS[row["arm"]],
        channel=None,
        reason=None,
        known_until=_moment(row["known_until"]),
        opened_at=_moment_or_none(row["opened_at"]),
        response=SuggestionResponse(row["response"]) if row["response"] else None,
        traded_at=_moment_or_none(row["traded_at"]),
        traded_quantity=Decimal(row["traded_quantity"]) if row["traded_quantity"] else None,
        prices={horizon: _later(side, Decimal(gain)) for horizon, gain in gains.items() if gain},
    )


def decision_of(row: Row) -> DecisionRecord:
    """A row of `fx_decisions`, of which the policy was not asked."""
    at = _moment(row["event_time"])
    buys, sells = float(row["probability_buy"]), float(row["probability_sell"])
    answer = ModelAnswer((1.0 - buys - sells, buys, sells), Decision[row["decision"]], *(EVERYWHERE,) * 3)
    return DecisionRecord(
        decision_id=row["decision_id"],
        cause=Cause(row["cause"]),
        user_id=row["user_id"],
        generation=1,
        episode=1,
        at=at,
        quote=Quote(_pair(row), Decimal("17.00"), Decimal("17.01"), at, 1, "made"),
        market=_MARKET,
        summary=NEWCOMER,
        question=(0.0,) * len(QUESTION_NAMES),
        features=(0.0,) * len(FEATURE_NAMES),
        answer=answer,
        model_version=row["model_version"],
        judgement=None,
    )


def _later(side: Side, gain: Decimal) -> LaterPrice:
    price = 1 + gain if side is Side.BUY else 1 - gain
    return LaterPrice(price, price, price, gain)


def _pair(row: Row) -> Pair:
    return Pair.parse(row["pair"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _moment_or_none(text: str) -> datetime | None:
    return _moment(text) if text else None
