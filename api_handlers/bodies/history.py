"""Past prices, as charts show them."""

from __future__ import annotations

from pydantic import Field

from api_handlers.bodies.scalars import Answer, Moment, PairName, QuotedPrice
from divisa.domain.bars import Interval


class BarAnswer(Answer):
    """What the middle between bid and ask did in one interval."""

    start: Moment = Field(description="When the bar begins; it ends where the next one would begin.")
    open: QuotedPrice = Field(description="The first mid.")
    high: QuotedPrice = Field(description="The highest.")
    low: QuotedPrice = Field(description="The lowest.")
    close: QuotedPrice = Field(description="The last; of the newest bar it may still change.")


class HistoryAnswer(Answer):
    """Bars of a pair. Stretches without a quote have none."""

    pair: PairName
    interval: Interval = Field(description="How long a bar is.", examples=["1h"])
    bars: list[BarAnswer] = Field(description="The oldest first.", max_length=1000)
