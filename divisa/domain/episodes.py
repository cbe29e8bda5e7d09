"""Episodes: one visit of the price to the far side of a band makes one message at most.

A visit begins when the model decides on a side. It goes on while the price stays where that decision holds, and a
margin around it: a price that trembles at an edge pays one visit, however often it crosses. It is over when the price
has left the margin, or when the side has been decided nowhere in there for a rest (a decision that comes and goes with
the calendar leaves no edge behind).

Inside, where the model says the same or nothing, no evaluation could change a visit: so a visit is not watched up to
the edge that it began at, but to where there may be news.
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
        left_at: since when the side is decided nowhere in the region, event time, UTC; None while it is.
    """

    side: Side
    region: Band
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitRules:
    """When a visit is over.

    Attributes:
        margin: log price beyond the edge; 0.002 is a fifth of a percent.
        rest: time after which a side that is decided nowhere in its region is a new one.
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
        band: the log prices around x at which it says the same, narrow gaps of HOLD in a side left aside.
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
        if visit is None:
            return None, False
        is_gone = band.within(visit.region) == visit.region
        return replace(visit, left_at=(visit.left_at or at) if is_gone else None), False
    return Visit(side, band.widened(rules.margin)), visit is None or visit.side is not side


def watched(visit: Visit | None, quiet: Band) -> Band:
    """The band to watch: where there is nothing new to say, and for a visit no farther than the end of its margin.

    Args:
        visit: the one that is not over.
        quiet: the log prices around the evaluated one at which the model says the same, or HOLD after a side.
    """
    return quiet.within(visit.region) if visit is not None else quiet


def _is_over(visit: Visit, x: float, at: datetime, rules: VisitRules) -> bool:
    if not visit.region.holds(x):
        return True
    return visit.left_at is not None and at - visit.left_at >= rules.rest
