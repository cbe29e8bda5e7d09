"""A live quote."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from api_handlers.bodies.scalars import Answer, Moment, PairName, QuotedPrice

QUOTE_ID: Final = r"^[A-Za-z0-9_.-]{1,512}$"

QuoteId = Annotated[
    str,
    Field(
        pattern=QUOTE_ID,
        description="Names a quote that was given to this user; opaque.",
        examples=["WyJVU0QvTVhOIiwiMTcuMDMyIl0.c2lnbmF0dXJl"],
    ),
]
"""The id of a quote."""


class QuoteAnswer(Answer):
    """The newest good quote, and the id to trade at it."""

    pair: PairName
    bid: QuotedPrice = Field(description="What one unit of base brings, in the quote currency.")
    ask: QuotedPrice = Field(description="What one unit of base costs, in the quote currency.")
    time: Moment = Field(description="When its source saw it.")
    quote_id: QuoteId
    valid_until: Moment = Field(description="Until when the id can be traded at, by the time of day.")
    tradable: bool = Field(description="Whether a trade can be made now: the market is open and the quote is fresh.")
