"""Episodes: one visit of the price to the far side of a band makes one message at most.

A visit begins when the model decides on a side. It goes on while the price stays where that decision holds, and a
margin around it: a price that trembles at an edge pays one visit, however often it crosses. It is over when the price
has left the margin, or when the decision has been another one for a rest (a decision that comes and goes with the
calendar leaves no edge behind).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from divisa.domain.bands import Band
    from divisa.domain.evaluation import Decision
    from divisa.domain.transaction import Side


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is not over yet.

    Attributes:
        side: what the user was told, or would have been.
        region: the log prices of which it is one visit: where the side was decided, with the margin.
        left_at: since when the decision is another one, event time, UTC; None while it stands.
    """

    side: Side
    region: Band
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitRules:
    """When a visit is over.

    Attributes:
        margin: log price beyond the edge; 0.002 is a fifth of a percent.
        rest: time after which a side that was left is a new one.
    """

    margin: float = 0.002
    rest: timedelta = timedelta(hours=24)


def follow(
    visit: Visit | None, decision: Decision, band: Band, x: float, at: datetime, rules: VisitRules
) -> tuple[Visit | None, bool]:
    """What an evaluation makes of a visit.

    Args:
        visit: the one that is not over, as far as the newest evaluation knew.
        decision: what the model says at x.
        band: the log prices around x at which it says the same.
        x: the log price of the evaluation.
        at: event time of its quote, UTC.
        rules: when a visit is over.

    Returns:
        The visit from now on, and whether it is a new one: then, and only then, there is something to say.
    """
    side = decision.side
    stands = visit is not None and visit.left_at is None and visit.side is side
    if visit is not None and not stands and _is_over(visit, x, at, rules):
        visit = None
    if side is None:
        if visit is not None and visit.left_at is None:
            visit = replace(visit, left_at=at)
        return visit, False
    return Visit(side, band.widened(rules.margin)), visit is None or visit.side is not side


def watched(visit: Visit | None, decision: Decision, band: Band) -> Band:
    """The band to watch: the decision's, and for a visit that was left also the end of its margin."""
    return band.within(visit.region) if visit is not None and decision.side is None else band


def _is_over(visit: Visit, x: float, at: datetime, rules: VisitRules) -> bool:
    if not visit.region.holds(x):
        return True
    return visit.left_at is not None and at - visit.left_at >= rules.rest
