"""The time of day, and the time of a replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import InvalidSetting, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm import SSMClient

REREAD: Final = timedelta(seconds=1)
"""Wall time for which a replay's clock is kept: a new replay is followed within a second, SSM is not asked more."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class SystemClock:
    """The `Clock` of the machine."""

    def now(self) -> datetime:
        """The present, UTC."""
        return datetime.now(UTC)

    def age(self, at: datetime) -> timedelta:
        """How long ago `at` was."""
        return self.now() - at

    def later(self, delay: timedelta) -> datetime:
        """The moment after `delay`, UTC."""
        return self.now() + delay


class ReplayTime(msgspec.Struct, frozen=True):
    """How a replay's time runs: `origin_event` was at `origin_wall`, and `speed` seconds pass in one of ours."""

    origin_event: Moment
    origin_wall: Moment
    speed: Annotated[float, msgspec.Meta(gt=0, le=1e9)]

    def at(self, wall: datetime) -> datetime:
        """The replay's time when the wall clock shows `wall`, UTC."""
        return (self.origin_event + (wall - self.origin_wall) * self.speed).astimezone(UTC)


class ReplayClock:
    """The `Clock` of a replay, as the producer wrote it into an SSM parameter."""

    def __init__(self, client: SSMClient, parameter: str, *, wall: Callable[[], datetime] | None = None) -> None:
        """Follow the parameter; `wall` tells the time of day, UTC."""
        self._client = client
        self._parameter = parameter
        self._wall = wall or SystemClock().now
        self._time: ReplayTime | None = None
        self._read_at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The replay's present, UTC.

        Raises:
            StoreUnavailable: the parameter cannot be read and never was.
            InvalidSetting: it is not a replay's clock.
        """
        wall = self._wall()
        return self._current(wall).at(wall)

    def age(self, at: datetime) -> timedelta:
        """How long ago `at` was, in wall time: a day-old event is a second old where a day takes a second."""
        wall = self._wall()
        time = self._current(wall)
        return (time.at(wall) - at) / time.speed

    def later(self, delay: timedelta) -> datetime:
        """The replay's time when `delay` of wall time has passed from now, UTC."""
        wall = self._wall()
        return self._current(wall).at(wall + delay)

    def _current(self, wall: datetime) -> ReplayTime:
        """What the parameter says; what it said before, while SSM does not answer."""
        if self._time is not None and wall - self._read_at < REREAD:
            return self._time
        try:
            text = self._client.get_parameter(Name=self._parameter)["Parameter"]["Value"]
        except AWS_ERRORS as error:
            if self._time is None:
                raise StoreUnavailable(f"the clock {self._parameter} cannot be read: {code_of(error)}") from error
            return self._time
        try:
            self._time = msgspec.json.decode(text, type=ReplayTime)
        except msgspec.MsgspecError as error:
            raise InvalidSetting(self._parameter, f"is not a replay's clock: {error}") from error
        self._read_at = wall
        return self._time
