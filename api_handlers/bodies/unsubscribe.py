"""What ends messages over one channel."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import ConfigDict, Field

from api_handlers.bodies.scalars import Answer

TOKEN: Final = r"^[A-Za-z0-9_-]{1,440}\.[A-Za-z0-9_-]{43}$"  # noqa: S105 - what one looks like


class UnsubscribedAnswer(Answer):
    """There are no more messages over the channel."""

    model_config = ConfigDict(title="Unsubscribed")

    status: Literal["unsubscribed"] = Field(description="Also where it was so before.")
