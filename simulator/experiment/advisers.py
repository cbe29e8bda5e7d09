"""Who says what to whom: the protocol, and the oracle that everybody is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from simulator.behaviour import probabilities

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.columns import Array
    from simulator.behaviour import Look
    from simulator.course import Morning
    from simulator.draws import Floats
    from simulator.population import Population
    from simulator.readers import Bools


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see on a morning.

    Attributes:
        morning: the day, the price and the market.
        summaries: what Divisa knows of each user, columns of shape (n,).
        asked: of whom advice is wanted: who is there and can be told, bool, shape (n,).
        users: what nobody but the oracle may look at: the users' hidden parameters.
        look: the same of what the users see; made when it is called.
    """

    morning: Morning
    summaries: BehaviourSummary[Array]
    asked: Bools
    users: Population
    look: Callable[[], Look]


class Adviser(Protocol):
    """Says on each morning, once and in order of time, how much speaks for telling each user to buy or to sell."""

    def advise(self, seen: Seen) -> Floats:
        """How much speaks for BUY and for SELL, float64, shape (n, 2), each from 0, not at all, to 1."""
        ...


class Oracle:
    """Knows the simulator's own probabilities at the morning's price."""

    def advise(self, seen: Seen) -> Floats:
        """The probabilities."""
        return np.stack(probabilities(seen.users, seen.look()), axis=1)
