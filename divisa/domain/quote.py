"""A quote: what one unit of the base currency is bought and sold for, at one moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.pair import Pair


@dataclass(frozen=True, slots=True)
class Quote:
    """One price event of a source.

    Attributes:
        pair: the currency pair.
        bid: what the market pays for one unit of base (the user sells here), in quote currency.
        ask: what the market asks for one unit of base (the user buys here), in quote currency.
        event_time: when the source saw this price, UTC.
        sequence: the source's own counter; grows by at least one from quote to quote of a pair.
        source: name of the source, for example `ecb-bridge`.
    """

    pair: Pair
    bid: Decimal
    ask: Decimal
    event_time: datetime
    sequence: int
    source: str

    @property
    def mid(self) -> Decimal:
        """The middle between bid and ask, in quote currency."""
        return (self.bid + self.ask) / 2

    @property
    def log_mid(self) -> float:
        """Natural logarithm of the mid: the x axis of features and decision bands."""
        return math.log(self.mid)
