"""How the API fares."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api_handlers.bodies.scalars import Absent, Answer, PairName
from divisa.services.check_health import Condition


class Dependencies(Answer):
    """How those parts fare that the API stands on."""

    tables: Condition = Field(description="Whether what people hold can be read.")
    prices: Condition = Field(
        description="Whether every pair has a price to trade at; while the market is closed, the last one is."
    )


class QuoteAgeAnswer(Answer):
    """How old a pair's newest good quote is."""

    pair: PairName
    age_seconds: Annotated[float, Field(ge=0)] | Absent = Field(
        default=None, description="Absent where there is no quote, or nobody knows.", examples=[0.8]
    )


class HealthAnswer(Answer):
    """How the API fares."""

    status: Literal["ok", "degraded"] = Field(
        description="`degraded` with 200: people see what they hold, and cannot trade all; with 503: nothing works."
    )
    dependencies: Dependencies
    quotes: list[QuoteAgeAnswer] = Field(description="Of every served pair.")
