from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.policy import PolicyRules
from simulator.experiment.telling import Desk, says

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient
    from simulator.course import Course, Morning
    from simulator.experiment.lives import Lives
    from simulator.experiment.plan import Experiment
    from simulator.readers import Bools

BUY, SELL = 1, -1


@pytest.fixture
def mornings(course: Course, plan: Experiment) -> list[Morning]:
    return [each for each in course.mornings if each.day >= plan.told_from]


@pytest.fixture
def desk(plan: Experiment, everyone: list[Recipient]) -> Desk:
    return Desk.opened(plan.pair, plan.rules, everyone)


def tell(desk: Desk, morning: Morning, lives: Lives, what: int) -> Bools:
    n = len(lives.joined)
    return desk.tell(morning, lives, np.full(n, what), np.full((n, 2), 0.5))


def test_the_side_of_more_advice_is_said_from_the_threshold_on() -> None:
    advice = np.array([[0.5, 0.1], [0.1, 0.5], [0.2, 0.19], [0.19, 0.1], [0.4, 0.4]])
    assert says(advice, 0.2).tolist() == [BUY, SELL, BUY, 0, BUY]


def test_who_can_be_reached_and_has_the_funds_is_told(desk: Desk, mornings: list[Morning], lived: Lives) -> None:
    told = tell(desk, mornings[0], lived, SELL)
    owns = lived.accounts.position + lived.accounts.received >= float(desk.rules.min_amount)
    assert told.any()
    assert (told == (desk.reached & owns)).all()


def test_a_visit_makes_one_message(desk: Desk, mornings: list[Morning], lived: Lives) -> None:
    first = tell(desk, mornings[0], lived, BUY)
    assert first.any()
    assert not any(tell(desk, morning, lived, BUY).any() for morning in mornings[1:10])


def test_a_new_visit_within_the_cooldown_is_kept_quiet(
    plan: Experiment, desk: Desk, mornings: list[Morning], lived: Lives
) -> None:
    desk.rules = replace(plan.rules, cooldown=timedelta(days=3))
    assert tell(desk, mornings[0], lived, BUY).any()
    tell(desk, mornings[1], lived, 0)
    assert not tell(desk, mornings[2], lived, BUY).any()
    tell(desk, mornings[3], lived, 0)
    assert tell(desk, mornings[4], lived, BUY).any()


def test_nobody_gets_more_in_a_week_than_they_wish(desk: Desk, mornings: list[Morning], lived: Lives) -> None:
    desk.recipients = [replace(each, weekly_cap=2) for each in desk.recipients]
    told = [tell(desk, morning, lived, BUY if number % 2 == 0 else 0) for number, morning in enumerate(mornings[:5])]
    assert [each.any() for each in told] == [True, False, True, False, False]


def test_the_policys_gain_rule_has_its_say(desk: Desk, mornings: list[Morning], lived: Lives) -> None:
    desk.rules = PolicyRules(holdout_share=0.0, min_gain=1.0)
    assert not tell(desk, mornings[0], lived, BUY).any()


def test_who_has_had_enough_loses_a_channel_and_with_the_last_is_gone(
    desk: Desk, mornings: list[Morning], lived: Lives
) -> None:
    everybody = np.ones(len(lived.joined), dtype=np.bool_)
    reached = int(desk.reached.sum())
    left = [desk.withdraw(everybody) for _ in range(3)]
    assert left[0] > 0
    assert not desk.reached.any()
    assert not tell(desk, mornings[0], lived, BUY).any()
    assert reached > 0
