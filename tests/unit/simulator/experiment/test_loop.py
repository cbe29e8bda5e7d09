from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.errors import InvalidSetting
from simulator.experiment.advisers import Oracle, Seen
from simulator.experiment.lives import Lives
from simulator.experiment.loop import Years, live_with
from simulator.experiment.pacing import Pace
from simulator.experiment.tuning import Untold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.recipient import Recipient
    from simulator.course import Course, Morning
    from simulator.draws import Floats
    from simulator.experiment.plan import Experiment


class Silent:
    """Advises nothing."""

    def advise(self, seen: Seen) -> Floats:
        return np.zeros((len(seen.asked), 2))


@pytest.fixture(scope="module")
def mornings(course: Course, plan: Experiment) -> list[Morning]:
    return [each for each in course.mornings if each.day >= plan.told_from]


@pytest.fixture(scope="module")
def untold(course: Course, plan: Experiment) -> Untold:
    untold = Untold.begun(Lives.begun(plan, course, 3))
    untold.live([each for each in course.mornings if each.day < plan.told_from])
    return untold


def years(plan: Experiment, lived: Lives, everyone: Sequence[Recipient], mornings: Sequence[Morning]) -> Years:
    rules = plan.rules
    wanted = [3] * len(mornings)
    return live_with(Oracle(), lived.copy(), mornings, everyone, rules, (Pace(3.0), wanted))


def test_who_is_told_nothing_lives_as_if_there_were_no_messages(
    plan: Experiment, lived: Lives, everyone: list[Recipient], mornings: list[Morning]
) -> None:
    told, untold = lived.copy(), lived.copy()
    found = live_with(Silent(), told, mornings, everyone, plan.rules)
    for morning in mornings:
        untold.live(morning)
    assert found.tally.messages == 0
    assert np.array_equal(told.summaries.last_at, untold.summaries.last_at, equal_nan=True)


def test_the_oracle_is_followed_more_often_than_the_best_alert_at_as_many_messages(
    plan: Experiment, lived: Lives, everyone: list[Recipient], mornings: list[Morning], untold: Untold
) -> None:
    alert = untold.best_alert(plan.messages_a_year, 100, 150 * 86_400)
    first = live_with(alert, lived.copy(), mornings, everyone, plan.rules)
    pace = Pace(first.tally.messages / len(mornings))
    oracle = live_with(Oracle(), lived.copy(), mornings, everyone, plan.rules, (pace, first.sent))
    assert first.tally.messages > 100
    assert oracle.tally.messages == pytest.approx(first.tally.messages, rel=0.3)
    assert oracle.tally.conversions > 2 * first.tally.conversions


def test_messages_add_conversions(
    plan: Experiment, lived: Lives, everyone: list[Recipient], mornings: list[Morning]
) -> None:
    tally = years(plan, lived, everyone, mornings).tally
    assert 0 < tally.added < tally.conversions


def test_the_same_years_come_to_the_same(
    plan: Experiment, lived: Lives, everyone: list[Recipient], mornings: list[Morning]
) -> None:
    assert years(plan, lived, everyone, mornings) == years(plan, lived, everyone, mornings)


def test_messages_are_counted_by_morning(
    plan: Experiment, lived: Lives, everyone: list[Recipient], mornings: list[Morning]
) -> None:
    found = years(plan, lived, everyone, mornings)
    assert len(found.sent) == len(mornings)
    assert sum(found.sent) == found.tally.messages


def test_an_alert_that_never_speaks_often_enough_is_refused(untold: Untold) -> None:
    with pytest.raises(InvalidSetting, match="messages_a_year"):
        untold.best_alert(10_000.0, 100, 150 * 86_400)


def test_the_best_alert_speaks_often_enough_and_is_followed_most(untold: Untold) -> None:
    best = untold.best_alert(1.0, 100, 150 * 86_400)
    rates = {str(trial.alert): trial.rate for trial in untold.rate_alerts}
    assert rates[str(best)] >= sorted(rates.values())[len(rates) // 2]
