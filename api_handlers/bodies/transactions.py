"""Orders and what came of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from api_handlers.bodies.quotes import QuoteId
from api_handlers.bodies.scalars import (
    Absent,
    Answer,
    Body,
    Fraction,
    Moment,
    Money,
    PairName,
    PositiveMoney,
    QuotedPrice,
    SignedMoney,
)
from api_handlers.cursor import CURSOR

SLIPPAGE: Final = r"^0(\.0([0-4][0-9]{0,4}|50{0,4})?)?$"
MAX_SLIPPAGE: Final = Decimal("0.05")
KEY: Final = r"^[A-Za-z0-9_-]{1,64}$"
TRANSACTION_ID: Final = r"^[0-9a-f]{26}$"


def _within(value: Decimal) -> Decimal:
    if value > MAX_SLIPPAGE:
        raise ValueError('should be at most "0.05"')
    return value


Slippage = Annotated[
    Fraction,
    AfterValidator(_within),
    WithJsonSchema({"type": "string", "pattern": SLIPPAGE, "examples": ["0.002"]}),
]
"""From 0 to 0.05."""

SideName = Annotated[
    Literal["BUY", "SELL"], Field(description="What is done with the base currency.", examples=["BUY"])
]


Limit = Annotated[int, Field(ge=1, le=100, examples=[20])]
"""Rows of a page."""

Cursor = Annotated[str, Field(pattern=CURSOR)]
"""A place in a list."""


class Order(Body):
    """What to trade."""

    quote_id: QuoteId
    side: SideName
    quantity: PositiveMoney = Field(description="Of base currency, in whole minor units.")
    max_slippage: Slippage = Field(
        default=Decimal(0),
        description="By which share of the quote's price the newest one may be worse; a better one is always taken.",
    )


class TransactionAnswer(Answer):
    """A transaction as it stands in the ledger."""

    transaction_id: str = Field(pattern=TRANSACTION_ID, examples=["0f5a3c1e9b7d2a4c6e8f0a1b2c"])
    pair: PairName
    side: SideName
    quantity: Money = Field(description="Of base currency.")
    price: QuotedPrice = Field(description="Of one unit of base, in the quote currency.")
    amount: Money = Field(
        description="Paid or received, in the quote currency: quantity × price, rounded half-even to its minor unit."
    )
    realised_pnl: SignedMoney | Absent = Field(
        default=None, description="Of a SELL: proceeds less cost of what was sold, in the quote currency."
    )
    executed_at: Moment
    sequence: int = Field(ge=1, description="Its number among the user's transactions of the pair.", examples=[12])


class TransactionsAnswer(Answer):
    """A page of the ledger, newest first."""

    items: list[TransactionAnswer]
    next_cursor: Cursor | Absent = Field(
        default=None, description="Asks for what comes after these; absent at the end."
    )
