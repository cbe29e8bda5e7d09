"""Everything that is kept of the caller, and the end of it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from pydantic import ConfigDict, Field

from api_handlers.bodies.devices import DeviceAnswer
from api_handlers.bodies.preferences import PreferencesBody
from api_handlers.bodies.scalars import Absent, Answer, Moment, Money, PairName, QuotedPrice, SignedMoney
from api_handlers.bodies.suggestions import Said, SuggestionAnswer

if TYPE_CHECKING:
    from collections.abc import Collection

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.evaluation import Watch
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.outcome import Outcome
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.ports import SignIn
    from divisa.services.export_person import PersonExport


class ErasureAnswer(Answer):
    """The request to be erased is taken."""

    model_config = ConfigDict(title="Erasure")

    status: Literal["erasing"] = Field(
        description="Nothing is sent and nobody signs in any more; in some minutes the data are gone."
    )


class ExportedSignIn(Answer):
    """What the sign-in service keeps."""

    enabled: bool
    created_at: Moment
    attributes: dict[str, str] = Field(description="By name, for example `email`.")

    @classmethod
    def of(cls, sign_in: SignIn) -> ExportedSignIn:
        """A sign-in."""
        return cls(enabled=sign_in.enabled, created_at=sign_in.created_at, attributes=dict(sign_in.attributes))


class ExportedPortfolio(Answer):
    """Balances of one pair."""

    pair: PairName
    base_balance: Money
    quote_balance: Money
    base_cost: Money = Field(description="What the base held was bought for, quote currency.")
    realised_pnl: SignedMoney

    @classmethod
    def of(cls, portfolio: Portfolio) -> ExportedPortfolio:
        """A portfolio."""
        return cls(
            pair=portfolio.pair,
            base_balance=portfolio.base_balance,
            quote_balance=portfolio.quote_balance,
            base_cost=portfolio.base_cost,
            realised_pnl=portfolio.realised_pnl,
        )


class ExportedBehaviour(Answer):
    """How the caller trades one pair, in the statistics that the model sees."""

    pair: PairName
    statistics: dict[str, float] = Field(description="By name; what has not happened yet is left out.")

    @classmethod
    def of(cls, pair: Pair, summary: BehaviourSummary[float]) -> ExportedBehaviour:
        """A behaviour summary."""
        known = {name: float(value) for name, value in asdict(summary).items() if math.isfinite(value)}
        return cls(pair=pair, statistics=known)


class ExportedWatch(Answer):
    """What the model decided about the caller last, and between which prices that holds."""

    pair: PairName
    decision: str = Field(pattern="^(HOLD|BUY|SELL)$")
    lower_price: float | Absent = Field(default=None, description="The band's lower edge; absent where it has none.")
    upper_price: float | Absent = Field(default=None, description="The band's upper edge; absent where it has none.")
    episodes: int = Field(description="How many visits of the price to a side there were.")
    evaluated_at: Moment | Absent = None
    model_version: str | Absent = None

    @classmethod
    def of(cls, watch: Watch) -> ExportedWatch:
        """A watch; the edges of its band as prices."""
        lower, upper = watch.band.lower, watch.band.upper
        return cls(
            pair=watch.pair,
            decision=watch.decision.name,
            lower_price=_price(lower),
            upper_price=_price(upper),
            episodes=watch.episode,
            evaluated_at=watch.evaluated_at,
            model_version=watch.model_version,
        )


class ExportedDelivery(Answer):
    """What became of a suggestion on one channel."""

    suggestion_id: str
    channel: str
    status: str = Field(
        description="`sent`; `delivered`, `bounced` or `complained` where that was heard of it since; else why not.",
        examples=["delivered"],
    )
    at: Moment = Field(description="When it was sent, or it was settled that it is not.")
    message_id: str | Absent = None


class ExportedPrice(Answer):
    """The price some time after a suggestion, and what following it was worth then."""

    mid: QuotedPrice
    gain: SignedMoney = Field(description="Quote currency, against not trading, both spreads paid.")


class ExportedOutcome(Answer):
    """What is known to have followed a suggestion, until a week after it; absent is what is not, or never happened."""

    suggestion_id: str
    pair: PairName
    side: Literal["BUY", "SELL"]
    amount: Money
    price: QuotedPrice
    begun_at: Moment = Field(description="From when on it could be followed.")
    arm: Literal["treated", "held_out"] = Field(
        description="`held_out` was kept back by lot, so that the effect of telling people can be measured."
    )
    channel: str | Absent = Field(default=None, description="The first that it went to, or was to go to.")
    reason: str | Absent = Field(default=None, description="The strongest.")
    known_until: Moment = Field(description="Until when it says what happened.")
    shown_at: Moment | Absent = None
    opened_at: Moment | Absent = None
    response: Said | Absent = None
    responded_at: Moment | Absent = None
    traded_at: Moment | Absent = Field(default=None, description="The first trade of its side soon after it.")
    traded_quantity: Money | Absent = None
    prices: dict[str, ExportedPrice] = Field(description="By the time after it: `1h`, `1d`, `7d`.")

    @classmethod
    def of(cls, outcome: Outcome) -> ExportedOutcome:
        """An outcome."""
        return cls(
            suggestion_id=outcome.suggestion_id,
            pair=outcome.pair,
            side=outcome.side.value,
            amount=outcome.amount,
            price=outcome.price,
            begun_at=outcome.begun_at,
            arm=outcome.arm.value,
            channel=None if outcome.channel is None else outcome.channel.value,
            reason=None if outcome.reason is None else outcome.reason.value,
            known_until=outcome.known_until,
            shown_at=outcome.shown_at,
            opened_at=outcome.opened_at,
            response=None if outcome.response is None else outcome.response.value,
            responded_at=outcome.responded_at,
            traded_at=outcome.traded_at,
            traded_quantity=outcome.traded_quantity,
            prices={
                horizon.value: ExportedPrice(mid=each.mid, gain=each.gain) for horizon, each in outcome.prices.items()
            },
        )


class ExportedTransaction(Answer):
    """One entry of the ledger."""

    transaction_id: str
    pair: PairName
    side: Literal["BUY", "SELL"]
    quantity: Money
    price: QuotedPrice
    amount: Money
    realised_pnl: SignedMoney | Absent = None
    executed_at: Moment
    sequence: int
    quote_time: Moment
    quote_sequence: int

    @classmethod
    def of(cls, entry: LedgerEntry) -> ExportedTransaction:
        """An entry."""
        transaction = entry.transaction
        return cls(
            transaction_id=entry.transaction_id,
            pair=transaction.pair,
            side=transaction.side.value,
            quantity=transaction.quantity,
            price=transaction.price,
            amount=entry.amount,
            realised_pnl=entry.realised_pnl,
            executed_at=transaction.event_time,
            sequence=entry.sequence,
            quote_time=entry.quote_time,
            quote_sequence=entry.quote_sequence,
        )


class ExportAnswer(Answer):
    """Everything that is kept of the caller, but for the tokens of their devices, which are secrets."""

    model_config = ConfigDict(title="Export")

    user_id: str = Field(description="The subject of the caller's token.")
    exported_at: Moment
    shortened: list[str] = Field(
        description="Names of the lists of which only the newest fit into one answer; `GET /v1/suggestions` and "
        "`GET /v1/transactions` have all of them."
    )
    sign_in: ExportedSignIn | Absent = None
    phone: str | Absent = None
    email: str | Absent = None
    email_bounced: bool = Field(description="Whether emails to that address came back for good; none is sent to it.")
    preferences: PreferencesBody
    devices: list[DeviceAnswer]
    portfolios: list[ExportedPortfolio]
    behaviour: list[ExportedBehaviour]
    watches: list[ExportedWatch]
    suggestions: list[SuggestionAnswer] = Field(description="Newest first, at most 2,000.")
    deliveries: list[ExportedDelivery]
    outcomes: list[ExportedOutcome] = Field(description="Newest first, at most 2,000.")
    transactions: list[ExportedTransaction] = Field(description="Newest first, at most 6,000.")

    @classmethod
    def of(cls, export: PersonExport, served: Collection[Pair]) -> ExportAnswer:
        """An export; `served` are the pairs of somebody who chose none."""
        recipient, language = export.recipient, export.recipient.language
        return cls(
            user_id=export.user_id,
            exported_at=export.exported_at,
            shortened=list(export.shortened),
            sign_in=None if export.sign_in is None else ExportedSignIn.of(export.sign_in),
            phone=recipient.phone,
            email=recipient.email,
            email_bounced=recipient.email is not None and not recipient.has_usable_email,
            preferences=PreferencesBody.of(recipient, served),
            devices=[DeviceAnswer.of(each) for each in export.devices],
            portfolios=[ExportedPortfolio.of(each) for each in export.portfolios],
            behaviour=[ExportedBehaviour.of(pair, summary) for pair, summary in export.summaries.items()],
            watches=[ExportedWatch.of(each) for each in export.watches],
            suggestions=[SuggestionAnswer.of(each, language, export.exported_at) for each in export.suggestions],
            deliveries=[
                ExportedDelivery(
                    suggestion_id=each.suggestion_id,
                    channel=each.channel.value,
                    status=each.status.value,
                    at=each.at,
                    message_id=each.message_id,
                )
                for each in export.deliveries
            ],
            outcomes=[ExportedOutcome.of(each) for each in export.outcomes],
            transactions=[ExportedTransaction.of(each) for each in export.transactions],
        )


def _price(edge: float) -> float | None:
    """The price of a band's edge; None where there is none that a number holds."""
    return math.exp(edge) if -700.0 < edge < 700.0 else None
