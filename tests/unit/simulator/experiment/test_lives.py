from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import field_names

if TYPE_CHECKING:
    from simulator.course import Course
    from simulator.experiment.lives import Lives
    from simulator.experiment.plan import Experiment


def test_a_copy_goes_its_own_way(course: Course, lived: Lives) -> None:
    copy, again = lived.copy(), lived.copy()
    for morning in course.mornings[-20:]:
        copy.live(morning)
    assert (copy.accounts.quote != lived.accounts.quote).any()
    for each in fields(type(lived.accounts)):
        assert np.array_equal(getattr(again.accounts, each.name), getattr(lived.accounts, each.name), equal_nan=True)
    assert np.array_equal(again.summaries.last_at, lived.summaries.last_at, equal_nan=True)


def test_the_same_seed_lives_the_same(course: Course, plan: Experiment, lives: Lives, lived: Lives) -> None:
    for morning in course.mornings:
        if morning.day < plan.told_from:
            lives.live(morning)
    for name in field_names(BehaviourSummary):
        assert np.array_equal(getattr(lives.summaries, name), getattr(lived.summaries, name), equal_nan=True)


def test_who_has_not_joined_does_nothing(course: Course, lives: Lives) -> None:
    first = course.mornings[0]
    looks = lives.live(first)
    assert set(looks.user.tolist()) == set(np.flatnonzero(lives.present(first)).tolist())
    assert 0 < len(looks.user) < len(lives.joined)
