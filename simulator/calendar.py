"""Paydays: the 15th and the last day of each month, on the Friday before when they fall on a weekend."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_FRIDAY = 4


def paydays(first: date, last: date) -> list[date]:
    """Paydays from one day to another, both included, oldest first.

    >>> [day.isoformat() for day in paydays(date(2024, 6, 1), date(2024, 6, 30))]
    ['2024-06-14', '2024-06-28']
    """
    found = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        for number in (15, monthrange(year, month)[1]):
            day = date(year, month, number)
            day -= timedelta(days=max(day.weekday() - _FRIDAY, 0))
            if first <= day <= last:
                found.append(day)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def days_since_payday(day: date) -> int:
    """Calendar days since the newest payday, 0 on the payday itself.

    >>> days_since_payday(date(2024, 6, 16))
    2
    """
    return (day - paydays(day - timedelta(days=31), day)[-1]).days
