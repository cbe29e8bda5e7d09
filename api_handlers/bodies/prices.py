"""What a provider of prices delivers, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from api_handlers.bodies.scalars import Absent, Answer, Body

ProvidedQuote = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "title": "ProvidedQuote",
            "description": (
                "A price event. Each is judged by itself: one that is not as described here is rejected with a reason, "
                "and does not keep the others out. All five fields are needed."
            ),
            "properties": {
                "pair": {"description": "The currency pair, base and quote.", "examples": ["USD/MXN"]},
                "bid": {
                    "description": "What the market pays for one unit of base: a plain decimal in quotes, more than 0.",
                    "examples": ["17.0325"],
                },
                "ask": {"description": "What it asks for one.", "examples": ["17.0345"]},
                "event_time": {
                    "description": "When the provider saw this price; a moment with its offset from UTC.",
                    "examples": ["2024-01-05T14:15:00Z"],
                },
                "sequence": {
                    "description": (
                        "The provider's counter, an integer from 0; it grows from quote to quote of a pair. A number "
                        "that was seen before makes a duplicate, which changes nothing."
                    ),
                    "examples": [1704464100000],
                },
            },
        }
    ),
]
"""One quote as it is sent, not believed yet."""


class PriceBatch(Body):
    """Price events, in the order in which they were seen."""

    quotes: list[ProvidedQuote] = Field(min_length=1, max_length=500)


class PriceResult(Answer):
    """What became of one quote."""

    index: int = Field(ge=0, description="Its place in the batch, from 0.", examples=[0])
    status: Literal["accepted", "rejected"] = Field(
        description="Whether it was published. One that is late, out of order or an outlier is set aside behind that."
    )
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")] | Absent = Field(
        default=None,
        description="Why it was rejected: `malformed`, `not_positive` or `unknown_pair`.",
        examples=["malformed"],
    )


class PriceResults(Answer):
    """What became of a batch."""

    results: list[PriceResult] = Field(description="Of every quote, in their order.")
