"""What a person wishes to be told, when, how often and over which channels."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from api_handlers.bodies.scalars import Absent, Body, PairName, Price
from divisa.domain.preferences import MAX_ALERTS, MAX_WEEKLY_CAP, Alert, Direction, Preferences, QuietHours
from divisa.domain.recipient import Channel, Language

if TYPE_CHECKING:
    from collections.abc import Collection

    from divisa.domain.pair import Pair
    from divisa.domain.recipient import Recipient

MAX_PAIRS: Final = 20
_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_ZONE: Final = r"^[A-Za-z][A-Za-z0-9_+/-]*$"
_UNIQUE: Final[dict[str, Any]] = {"uniqueItems": True}


def _read_time(value: Any) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or re.fullmatch(_TIME, value, re.ASCII) is None:
        raise ValueError("should be a time of the day such as 22:30")
    return time.fromisoformat(value)


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("should be an object, or be left out")
    return value


def _distinct(values: list[Any]) -> list[Any]:
    if len({str(value) for value in values}) < len(values):
        raise ValueError("should have nothing twice")
    return values


TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_time),
    PlainSerializer(lambda value: value.isoformat("minutes"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _TIME, "description": "A time of the day.", "examples": ["22:30"]}),
]
"""A time of the day, to the minute."""


class ConsentBody(Body):
    """The channels that the caller agrees to."""

    model_config = ConfigDict(title="Consent")

    sms: bool = Field(description="Text messages.", examples=[True])
    email: bool = Field(description="Emails.", examples=[True])
    push: bool = Field(description="Notifications on the caller's devices.", examples=[False])


class QuietHoursBody(Body):
    """When nothing is sent, by the clock of the time zone; may pass over midnight."""

    model_config = ConfigDict(title="QuietHours")

    start: TimeOfDay = Field(alias="from", description="The first minute of it.")
    end: TimeOfDay = Field(alias="to", description="The first minute after it; another one than `from`.")


class AlertBody(Body):
    """A price that the caller wants to hear of."""

    model_config = ConfigDict(title="Alert")

    pair: PairName = Field(description="A served pair.")
    direction: Literal["above", "below"] = Field(
        description="`above` when the price is to rise to it, `below` when it is to fall to it."
    )
    price: Price = Field(description="Quote currency for one unit of base.")


class PreferencesBody(Body):
    """Everything that the caller may set about messages; all of it is replaced at once."""

    model_config = ConfigDict(title="Preferences")

    consent: ConsentBody
    channel_order: Annotated[list[Literal["push", "email", "sms"]], AfterValidator(_distinct)] = Field(
        description="The channels in the order in which they are tried, each of them once, agreed to or not.",
        min_length=len(Channel),
        max_length=len(Channel),
        json_schema_extra=_UNIQUE,
        examples=[[channel.value for channel in Channel]],
    )
    language: Literal["es", "en"] = Field(description="Of messages and of reasons.")
    time_zone: str = Field(
        description="Where quiet hours are counted: a name of the IANA time zone database.",
        min_length=1,
        max_length=64,
        pattern=_ZONE,
        examples=["America/Mexico_City"],
    )
    quiet_hours: Annotated[QuietHoursBody | Absent, BeforeValidator(_not_null)] = Field(
        default=None, description="When nothing is sent; left out for never."
    )
    weekly_cap: int = Field(description="Messages a week at most.", ge=0, le=MAX_WEEKLY_CAP, examples=[14])
    pairs: Annotated[list[PairName], AfterValidator(_distinct)] = Field(
        description="The served pairs that the caller wants to hear of.",
        max_length=MAX_PAIRS,
        json_schema_extra=_UNIQUE,
    )
    alerts: list[AlertBody] = Field(
        description="Prices that the caller wants to hear of.", max_length=MAX_ALERTS, json_schema_extra=_UNIQUE
    )

    @classmethod
    def of(cls, recipient: Recipient, served: Collection[Pair]) -> PreferencesBody:
        """A user's preferences; `served` are the pairs of somebody who chose none."""
        quiet = recipient.quiet_hours
        return cls.model_validate(
            {
                "consent": ConsentBody(
                    sms=Channel.SMS in recipient.consent,
                    email=Channel.EMAIL in recipient.consent,
                    push=Channel.PUSH in recipient.consent,
                ),
                "channel_order": [channel.value for channel in recipient.channel_order],
                "language": recipient.language.value,
                "time_zone": recipient.time_zone,
                "weekly_cap": recipient.weekly_cap,
                "pairs": sorted(served if recipient.pairs is None else recipient.pairs),
                "alerts": [
                    AlertBody(pair=alert.pair, direction=alert.direction.value, price=alert.price)
                    for alert in recipient.alerts
                ],
            }
            | ({"quiet_hours": QuietHoursBody(**{"from": quiet.start, "to": quiet.end})} if quiet else {})
        )

    def preferences(self) -> Preferences:
        """What is asked for."""
        agreed = {Channel.SMS: self.consent.sms, Channel.EMAIL: self.consent.email, Channel.PUSH: self.consent.push}
        quiet = self.quiet_hours
        return Preferences(
            consent=frozenset(channel for channel, is_given in agreed.items() if is_given),
            channel_order=tuple(map(Channel, self.channel_order)),
            language=Language(self.language),
            time_zone=self.time_zone,
            quiet_hours=None if quiet is None else QuietHours(quiet.start, quiet.end),
            weekly_cap=self.weekly_cap,
            pairs=frozenset(self.pairs),
            alerts=tuple(Alert(each.pair, Direction(each.direction), each.price) for each in self.alerts),
        )
