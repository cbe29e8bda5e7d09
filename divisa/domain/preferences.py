"""What a person wishes to be told, when, how often and over which channels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import time
    from decimal import Decimal

    from divisa.domain.pair import Pair
    from divisa.domain.recipient import Channel, Language

UTC_ZONE: Final = "UTC"
"""The time zone of somebody who never said which."""
USUAL_WEEKLY_CAP: Final = 14
"""Messages a week for somebody who never said how many: two a day."""
MAX_WEEKLY_CAP: Final = 50
"""Messages a week that may be asked for at most."""
MAX_ALERTS: Final = 20
"""Price alerts that one person may have."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of the day, by the clock on the person's wall, in which nothing is sent; it may pass over midnight.

    Attributes:
        start: the first minute of it.
        end: the first minute after it; another one than `start`.
    """

    start: time
    end: time


class Direction(StrEnum):
    """From which side a price alert is reached."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Alert:
    """A price that a person wants to hear of.

    Attributes:
        pair: of which pair.
        direction: ABOVE when the price is to rise to it, BELOW when it is to fall to it.
        price: quote currency for one unit of base, positive.
    """

    pair: Pair
    direction: Direction
    price: Decimal


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything that a person may set about messages.

    Attributes:
        consent: channels that the person agreed to.
        channel_order: every channel once, in the order in which they are tried.
        language: of the messages.
        time_zone: IANA name of where quiet hours are counted.
        quiet_hours: when nothing is sent; None for never.
        weekly_cap: messages a week at most, 0 to MAX_WEEKLY_CAP.
        pairs: which pairs they want to hear of; None for all that are served.
        alerts: prices that they want to hear of, at most MAX_ALERTS.
    """

    consent: frozenset[Channel]
    channel_order: tuple[Channel, ...]
    language: Language
    time_zone: str
    quiet_hours: QuietHours | None
    weekly_cap: int
    pairs: frozenset[Pair] | None
    alerts: tuple[Alert, ...]

    def problems(self, served: Collection[Pair]) -> Iterator[tuple[str, str]]:
        """What is wrong with them: the field as the API spells it, and the problem, which repeats no value.

        Args:
            served: the pairs that are traded.
        """
        if len(set(self.channel_order)) < len(self.channel_order) or not self.consent <= set(self.channel_order):
            yield "channel_order", "does not have each channel once"
        if self.time_zone not in time_zones():
            yield "time_zone", "is no name of the IANA time zone database"
        if self.quiet_hours is not None and self.quiet_hours.start == self.quiet_hours.end:
            yield "quiet_hours", "begin and end at the same minute"
        if not 0 <= self.weekly_cap <= MAX_WEEKLY_CAP:
            yield "weekly_cap", f"is not between 0 and {MAX_WEEKLY_CAP}"
        if not (self.pairs or frozenset()) <= frozenset(served):
            yield "pairs", "has a pair that is not served"
        if len(self.alerts) > MAX_ALERTS:
            yield "alerts", f"are more than {MAX_ALERTS}"
        seen = set[Alert]()
        for number, alert in enumerate(self.alerts):
            if alert.pair not in served:
                yield f"alerts.{number}.pair", "is not served"
            if not alert.price > 0:
                yield f"alerts.{number}.price", "is not positive"
            if alert in seen:
                yield f"alerts.{number}", "is there twice"
            seen.add(alert)


@cache
def time_zones() -> frozenset[str]:
    """Names of the IANA time zone database that travels with the code, the same on every machine.

    >>> "America/Mexico_City" in time_zones(), "America" in time_zones(), "../UTC" in time_zones()
    (True, False, False)
    """
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split()) - {"Factory"}
