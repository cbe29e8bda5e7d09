"""How the API fares."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api_handlers.bodies.scalars import Answer


class HealthAnswer(Answer):
    """How the API fares."""

    status: Literal["ok", "degraded"] = Field(description="Whether everything answers.", examples=["ok"])
