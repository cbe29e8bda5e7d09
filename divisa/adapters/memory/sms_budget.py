"""A budget in memory."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from divisa.domain.sms_budget import micro_dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from divisa.domain.sms_budget import Tariff


class MemorySmsBudget:
    """`SmsBudget` of one process; safe to share between threads."""

    def __init__(self, tariff: Tariff) -> None:
        """`tariff` has each country's cap."""
        self._tariff = tariff
        self._spent: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def take(self, country: str, month: str, price: Decimal) -> bool:
        """Spend the price of a message; False, and nothing is spent, when the cap leaves no room for it."""
        if country not in self._tariff:
            return False
        amount, cap = micro_dollars(price), micro_dollars(self._tariff[country].cap)
        with self._lock:
            if self._spent[country, month] + amount > cap:
                return False
            self._spent[country, month] += amount
        return True

    def give_back(self, country: str, month: str, price: Decimal) -> None:
        """Take back what was spent on a message that was surely not sent."""
        with self._lock:
            self._spent[country, month] -= micro_dollars(price)
