"""One short course of prices and a few users, shared by the tests of this folder."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulator.course import Course
from simulator.experiment.lives import Lives
from simulator.experiment.plan import Experiment
from simulator.recipients import recipients

if TYPE_CHECKING:
    from divisa.domain.recipient import Recipient

SEED = 3


@pytest.fixture(scope="session")
def plan() -> Experiment:
    return Experiment(users=120, start=date(2019, 9, 1), told_from=date(2020, 2, 1), end=date(2020, 5, 20))


@pytest.fixture(scope="session")
def course(plan: Experiment) -> Course:
    return Course.of(plan.pair, plan.start, plan.end, plan.price_seed)


@pytest.fixture
def lives(plan: Experiment, course: Course) -> Lives:
    return Lives.begun(plan, course, SEED)


@pytest.fixture(scope="session")
def lived(plan: Experiment, course: Course) -> Lives:
    """The untold years, lived; nobody may change them."""
    lives = Lives.begun(plan, course, SEED)
    for morning in course.mornings:
        if morning.day < plan.told_from:
            lives.live(morning)
    return lives


@pytest.fixture(scope="session")
def everyone(lived: Lives) -> list[Recipient]:
    return list(recipients(np.arange(len(lived.joined)), lived.draws))
