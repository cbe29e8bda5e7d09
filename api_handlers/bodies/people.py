"""Everything that is kept of the caller, and the end of it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from pydantic import ConfigDict, Field

from api_handlers.bodies.devices import DeviceAnswer
from api_handlers.bodies.preferences import PreferencesBody
from api_handlers.bodies.scalars import Absent, Answer, Moment, Money, PairName, QuotedPrice, SignedMoney
from api_handlers.bodies.suggestions import SuggestionAnswer

if TYPE_CHECKING:
    from collections.abc import Collection

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.evaluation import Watch
    from divisa.domain.ledger import LedgerEntry
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
    status: str
    at: Moment
    message_id: str | Absent = None


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
    transactions: list[ExportedTransaction] = Field(description="Newest first, at most 8,000.")

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
            transactions=[ExportedTransaction.of(each) for each in export.transactions],
        )


def _price(edge: float) -> float | None:
    """The price of a band's edge; None where there is none that a number holds."""
    return math.exp(edge) if -700.0 < edge < 700.0 else None
