"""A transaction: a user buys or sells the base currency at a price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.pair import Pair


class Side(StrEnum):
    """What a user does with the base currency."""

    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One entry of the ledger.

    Attributes:
        user_id: whose it is.
        pair: what was traded.
        side: BUY or SELL of the base currency.
        quantity: amount of base currency, positive.
        price: quote currency for one unit of base, positive.
        event_time: when it happened, UTC.
    """

    user_id: str
    pair: Pair
    side: Side
    quantity: Decimal
    price: Decimal
    event_time: datetime
