"""The page's language: its sentences, and numbers and days as its readers write them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lake.report.texts import MONTHS, TEXTS

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

_SPACE: Final = "\u00a0"
LONGEST: Final = 30
"""Characters of a name beside a bar."""


class Language(StrEnum):
    """What the page is written in."""

    ES = "es"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says, in one language."""

    language: Language

    def __call__(self, key: str, **values: str) -> str:
        """A sentence of `TEXTS`.

        >>> Words(Language.EN)("page.title")
        'How Divisa fares'
        """
        return TEXTS[key][list(Language).index(self.language)].format(**values)

    def number(self, value: float, decimals: int = 0) -> str:
        r"""A number; a space stands between thousands.

        >>> Words(Language.ES).number(12345.678, 1).replace("\u00a0", " ")
        '12 345,7'
        """
        text = f"{value:,.{decimals}f}".replace(",", _SPACE).replace("-", "\u2212")
        return text.replace(".", ",") if self.language is Language.ES else text

    def signed(self, value: float, decimals: int = 0) -> str:
        """A number with its sign, whichever it is."""
        return f"{'+' if value > 0 else ''}{self.number(value, decimals)}"

    def percent(self, share: float, decimals: int = 1) -> str:
        r"""A share of one, in hundredths.

        >>> Words(Language.EN).percent(0.1234).replace("\u00a0", " ")
        '12.3 %'
        """
        return f"{self.number(100 * share, decimals)}{_SPACE}%"

    def signed_percent(self, share: float, decimals: int = 1) -> str:
        """A share of one with its sign, in hundredths."""
        return f"{'+' if share > 0 else ''}{self.percent(share, decimals)}"

    def day(self, day: date) -> str:
        """A day, with its year."""
        return f"{day.day}{_SPACE}{self._month(day)}{_SPACE}{day.year}"

    def short_day(self, day: date) -> str:
        """A day, without its year."""
        return f"{day.day}{_SPACE}{self._month(day)}"

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return f"{self._month(day)}{_SPACE}{day.year}"

    def moment(self, moment: datetime) -> str:
        """A moment, UTC, to the minute."""
        return f"{self.day(moment)}, {moment:%H:%M}{_SPACE}UTC"

    def lasting(self, span: timedelta) -> str:
        r"""A time span, in the greatest unit of which it has two, or else in minutes.

        >>> from datetime import timedelta
        >>> Words(Language.EN).lasting(timedelta(hours=50)).replace("\u00a0", " ")
        '2.1 days'
        """
        minutes = span.total_seconds() / 60
        for unit, size in (("days", 1440), ("hours", 60)):
            if minutes >= 2 * size:
                return f"{self.number(minutes / size, 1)}{_SPACE}{self(f'unit.{unit}')}"
        return f"{self.number(minutes)}{_SPACE}{self('unit.minutes')}"

    def _month(self, day: date) -> str:
        return MONTHS[list(Language).index(self.language)][day.month - 1]


def label(name: str) -> str:
    r"""A name as an axis shows it: not too long, and a dollar sign is one and begins no formula.

    >>> label("100 $")
    '100 \\$'
    """
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return short.replace("$", r"\$")
