"""Days: as many as a chart shows, by weeks where they are many, and as an axis names them."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from matplotlib.dates import AutoDateLocator
from matplotlib.ticker import FuncFormatter, MaxNLocator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from lake.report.words import Words

SHOWN: Final = timedelta(days=365)
"""How far back from the last day with data a chart goes."""
SINGLE: Final = timedelta(days=60)
"""More than that are counted by week."""
_FEW: Final = timedelta(days=14)
_ROOM: Final = 3
"""Days beside a single one, so that it does not fill the chart."""
_WITH_YEARS: Final = timedelta(days=200)
_EPOCH: Final = date(1970, 1, 1).toordinal()


class Period(StrEnum):
    """What counts together."""

    DAY = "day"
    WEEK = "week"

    @property
    def days(self) -> int:
        """How many days it has."""
        return 1 if self is Period.DAY else 7

    def begin(self, day: date) -> date:
        """The first day of the period that a day is in; weeks begin on Mondays.

        >>> Period.WEEK.begin(date(2024, 1, 5)).isoformat()
        '2024-01-01'
        """
        return day if self is Period.DAY else day - timedelta(days=day.weekday())


def period_of(days: Iterable[date]) -> Period:
    """What to count by, for some days, of which there is one at least."""
    known = set(days)
    return Period.DAY if max(known) - min(known) <= SINGLE else Period.WEEK


def since(days: Iterable[date]) -> date:
    """The first day that a chart shows, for some days, of which there is one at least."""
    return max(days) - SHOWN


def on_axis(days: Iterable[date]) -> list[int]:
    """Where days stand on an axis of days."""
    return [day.toordinal() - _EPOCH for day in days]


def name_days(axes: Axes, words: Words, first: date, last: date) -> None:
    """Let the x axis be days, named as the page's language does."""
    name = words.month if last - first > _WITH_YEARS else words.short_day
    by_calendar: Any = AutoDateLocator
    few = last - first < _FEW
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True) if few else by_calendar(minticks=3, maxticks=7))
    if few:
        begin, end = on_axis((first, last))
        room = max(1, _ROOM - (end - begin) // 2)
        axes.set_xlim(begin - room, end + 1 + room)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: name(date.fromordinal(_EPOCH + int(at)))))
