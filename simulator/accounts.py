"""What simulated users own and remember, and how a payday, a buy or a sell changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.population import Kind

if TYPE_CHECKING:
    from simulator.draws import Draws, Floats, Ints
    from simulator.population import Population

SMALLEST = 5.0
"""Smallest transaction, base currency; sizes are multiples of it."""
FUNDED_BUYS = 12.0
"""Quote currency at the start, in typical buys."""
SALARY_BUYS = 2.0
"""Quote currency that each payday adds, in typical buys, up to what there was at the start."""


@dataclass(slots=True)
class Accounts:
    """State of n users, arrays of shape (n,), changed in place from day to day. NaN: has not happened yet.

    Attributes:
        position: base currency bought and not sold again.
        cost: average cost of the position, quote currency for one unit of base.
        received: base currency received as remittance and not sold yet.
        quote: quote currency.
        last_sell: log mid at the newest sell.
        last_at, last_buy_at: moment of the newest transaction and the newest buy, seconds since 1970 UTC.
    """

    position: Floats
    cost: Floats
    received: Floats
    quote: Floats
    last_sell: Floats
    last_at: Floats
    last_buy_at: Floats

    @classmethod
    def opened(cls, users: Population, mid: float) -> Accounts:
        """Accounts at the start: quote currency for some buys, no base currency."""
        zero, never = np.zeros(len(users.index)), np.full(len(users.index), np.nan)
        funds = FUNDED_BUYS * users.size * mid
        return cls(zero.copy(), never.copy(), zero.copy(), funds, never.copy(), never.copy(), never.copy())

    def receive_salary(self, users: Population, mid: float) -> None:
        """Everyone's payday: quote currency for some buys, never more than at the start."""
        wanted = self.quote + SALARY_BUYS * users.size * mid
        self.quote = np.maximum(self.quote, np.minimum(wanted, FUNDED_BUYS * users.size * mid))

    def receive_remittances(self, users: Population, arriving: np.ndarray, day_number: int, draws: Draws) -> None:
        """Dollars from abroad for the payday sellers among those to whom they arrive today."""
        amount = users.remittance * np.exp(0.15 * draws.normal("remittance", users.index, np.array([day_number])))
        self.received += np.where(arriving & (users.kind == Kind.PAYDAY_SELLER), np.rint(amount), 0.0)

    def for_sale(self, users: Population) -> Floats:
        """Base currency that each user would think of selling."""
        return np.where(users.kind == Kind.PAYDAY_SELLER, self.received, self.position)

    def trade(self, users: Population, side: Ints, quantity: Floats, price: Floats, at: Ints, x: Floats) -> None:
        """Apply today's transactions: side 1 buys, -1 sells, 0 did nothing (its other values do not matter)."""
        buys, sells = side > 0, side < 0
        held = self.position + quantity
        spent = np.where(self.position > 0, self.position * self.cost, 0.0) + quantity * price
        self.cost = np.where(buys, spent / np.where(held > 0, held, 1.0), self.cost)
        remitted = users.kind == Kind.PAYDAY_SELLER
        self.received = self.received - np.where(sells & remitted, quantity, 0.0)
        self.position = self.position + np.where(buys, quantity, 0.0) - np.where(sells & ~remitted, quantity, 0.0)
        self.cost = np.where(self.position > 0, self.cost, np.nan)
        self.quote = self.quote - side * quantity * price
        self.last_sell = np.where(sells, x, self.last_sell)
        self.last_at = np.where(side != 0, at, self.last_at)
        self.last_buy_at = np.where(buys, at, self.last_buy_at)
