"""A budget in DynamoDB: an item a country and month, which adds up to the cap and then refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from divisa.adapters.aws.items import KEPT, BudgetItem
from divisa.domain.sms_budget import micro_dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from divisa.adapters.aws.table import Table
    from divisa.domain.sms_budget import Tariff


class DynamoSmsBudget:
    """`SmsBudget` in one table; one conditional write a message, so that any number of senders keep to one cap."""

    def __init__(self, table: Table, once: Table, tariff: Tariff) -> None:
        """Keep to a tariff.

        Args:
            table: the table.
            once: the same on a connection that repeats no request. To give back once more would take the cap away,
                while to take once more only ends the month earlier.
            tariff: has each country's cap.
        """
        self._table = table
        self._once = once
        self._tariff = tariff

    def take(self, country: str, month: str, price: Decimal) -> bool:
        """Spend the price of a message; False, and nothing is spent, when the cap leaves no room for it."""
        if country not in self._tariff:
            return False
        amount = micro_dollars(price)
        room = micro_dollars(self._tariff[country].cap) - amount
        if room < 0:
            return False
        spent = [BudgetItem.spent.add(amount), BudgetItem.ttl.set(datetime.now(UTC) + KEPT)]
        fits = BudgetItem.spent.does_not_exist() | (BudgetItem.spent <= room)
        return self._table.update(country, month, spent, fits) is not None

    def give_back(self, country: str, month: str, price: Decimal) -> None:
        """Take back what was spent on a message that was surely not sent."""
        amount = micro_dollars(price)
        self._once.update(country, month, [BudgetItem.spent.add(-amount)], BudgetItem.spent >= amount)
