from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest

from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from simulator.draws import Draws
from simulator.experiment.advisers import Seen
from simulator.experiment.alerts import AverageCross, Direction, RateAlert, Reference
from simulator.population import population

if TYPE_CHECKING:
    from simulator.course import Course, Morning

BUY, SELL, NOTHING = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
COSTS = (17.0, 18.0, 19.0, float("nan"))


def at(course: Course, mid: float, *, week: float | None = None, month: float | None = None) -> Morning:
    """A morning at a price, with averages at prices."""
    morning = course.mornings[0]
    market = replace(
        morning.market,
        log_mid=np.log(mid),
        ewma_7d=np.log(week or mid),
        ewma_30d=np.log(month or mid),
    )
    return replace(morning, market=market)


def seen(morning: Morning) -> Seen:
    """Four users: three who hold dollars at different costs, and one who holds none."""
    summaries = stack(BehaviourSummary[Array], [replace(NEWCOMER, cost=cost) for cost in COSTS])
    users = population(np.arange(len(COSTS)), pairs=1, draws=Draws(1))

    def unseen() -> NoReturn:
        raise AssertionError("an alert looks at what only the oracle may see")

    return Seen(morning, summaries, np.ones(len(COSTS), dtype=np.bool_), users, unseen)


def test_an_alert_from_the_average_cost_is_each_users_own(course: Course) -> None:
    alert = RateAlert(Reference.COST, Direction.AGAINST, 0.03)
    assert alert.advise(seen(at(course, 18.0))).tolist() == [SELL, NOTHING, BUY, NOTHING]


def test_the_other_direction_says_the_contrary(course: Course) -> None:
    alert = RateAlert(Reference.COST, Direction.ALONG, 0.03)
    assert alert.advise(seen(at(course, 18.0))).tolist() == [BUY, NOTHING, SELL, NOTHING]


@pytest.mark.parametrize(("reference", "average"), [(Reference.WEEK, "week"), (Reference.MONTH, "month")])
def test_an_alert_from_an_average_is_everybodys(course: Course, reference: Reference, average: str) -> None:
    alert = RateAlert(reference, Direction.AGAINST, 0.02)
    said = [alert.advise(seen(at(course, 18.0, **{average: other}))).tolist()[0] for other in (18.5, 18.1, 17.5)]
    assert said == [BUY, NOTHING, SELL]


def test_an_alert_that_has_fired_counts_from_there(course: Course) -> None:
    alert = RateAlert(Reference.LAST_ALERT, Direction.AGAINST, 0.02)
    said = [alert.advise(seen(at(course, mid))).tolist()[0] for mid in (18.0, 18.2, 18.5, 18.6, 19.0, 18.5)]
    assert said == [NOTHING, NOTHING, SELL, NOTHING, SELL, BUY]


def test_a_fresh_alert_has_not_fired(course: Course) -> None:
    alert = RateAlert(Reference.LAST_ALERT, Direction.AGAINST, 0.02)
    for mid in (18.0, 19.0):
        alert.advise(seen(at(course, mid)))
    assert alert.fresh().advise(seen(at(course, 18.0))).tolist()[0] == NOTHING


def test_a_cross_says_the_same_to_everybody_as_loud_as_each_draws(course: Course) -> None:
    cross = AverageCross("ewma_7d", "ewma_30d", Direction.ALONG, Draws(5))
    rising, falling = (cross.advise(seen(at(course, 18.0, week=week, month=18.0))) for week in (18.2, 17.8))
    assert (rising[:, 0] >= 0.5).all()
    assert (rising[:, 1] == 0).all()
    assert (falling[:, 1] == rising[:, 0]).all()
    assert len(set(rising[:, 0].tolist())) == len(COSTS)
