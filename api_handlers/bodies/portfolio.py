"""What a user holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, PlainSerializer, WithJsonSchema

from api_handlers.bodies.scalars import Absent, Answer, Moment, Money, PairName, QuotedPrice, SignedMoney, plain

UNIT_COST: Final = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"

UnitCost = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": UNIT_COST, "examples": ["17.032500"]}),
]
"""What one unit cost on average, at least 0, rounded half-even to six decimals; goes out only."""


class PositionPrice(Answer):
    """The newest good quote, as it is for everybody."""

    bid: QuotedPrice = Field(description="What one unit of base brings.")
    ask: QuotedPrice = Field(description="What one unit of base costs.")
    time: Moment = Field(description="When its source saw it.")


class PositionAnswer(Answer):
    """What a user holds of one pair. Amounts are in the quote currency unless they are said to be in base."""

    pair: PairName
    base_balance: Money = Field(description="Base currency held.")
    quote_balance: Money = Field(description="Quote currency held.")
    base_cost: Money = Field(description="What the base held was bought for.")
    average_cost: UnitCost | Absent = Field(
        default=None, description="Weighted average cost of one unit of the base held; absent when none is held."
    )
    price: PositionPrice | Absent = Field(default=None, description="Absent before the pair's first quote.")
    value: Money | Absent = Field(default=None, description="What selling the base held at the bid would bring.")
    unrealised_pnl: SignedMoney | Absent = Field(
        default=None, description="`value` less `base_cost`: what selling now would earn."
    )
    realised_pnl: SignedMoney = Field(description="Proceeds less cost of everything that was sold so far.")


class PortfolioAnswer(Answer):
    """Everything that a user holds: each pair that is served, with zeros where nothing is held."""

    as_of: Moment = Field(description="When it was looked at.")
    positions: list[PositionAnswer] = Field(description="By pair.")
