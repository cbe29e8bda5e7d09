from __future__ import annotations

import pytest

from bench.ticks.compared import Compared, compare
from bench.ticks.crowd import broken_watches_per_s, one_user_us
from bench.ticks.watching import watch_day
from tests.unit.bench.ticks.builders import USERS, a_day, a_model, a_world

pytestmark = pytest.mark.slow

SIZES = (30, 10)


def lived_through(*, is_exact: bool) -> Compared:
    world, day = a_world(is_exact=is_exact), a_day()
    watch_day(world, day, day.stretches())
    return compare(world, a_model(), day, day.stretches(), USERS, SIZES)


def test_the_day_by_bands_suggests_what_scikit_learn_suggests_at_every_tick() -> None:
    compared = lived_through(is_exact=True)
    assert compared.differences == 0
    assert (compared.random, compared.suggested) == SIZES
    assert compared.suggestions > 40


def test_a_band_that_is_wrong_makes_differences() -> None:
    assert lived_through(is_exact=False).differences > 0


def test_a_sample_is_never_more_than_there_are() -> None:
    world, day = a_world(users=5), a_day()
    watch_day(world, day, day.stretches())
    compared = compare(world, a_model(), day, day.stretches(), 5, (10, 10))
    assert (compared.random, compared.suggested, compared.differences) == (5, 0, 0)


def test_whatever_the_model_is_asked_is_counted() -> None:
    world, day = a_world(), a_day()
    seen: list[tuple[int, int]] = []
    watched = watch_day(world, day, day.stretches(), lambda done, asked: seen.append((done, asked)))
    assert watched.asked["opening"] >= USERS
    assert watched.asked["refreshes"] == 0
    assert watched.asked["broken"] >= watched.broken.sum() > USERS
    assert watched.evaluations == world.scorer.rows
    assert seen[-1] == (len(day.quotes), world.scorer.rows)
    assert watched.evaluations < USERS * len(day.quotes) / 10
    assert watched.quiet_us > 0
    assert watched.p99_us >= watched.quiet_us


def test_a_refresh_evaluates_everybody() -> None:
    world, day = a_world(), a_day(800)
    watched = watch_day(world, day, day.stretches())
    assert len(day.stretches()) == 2
    assert watched.asked["refreshes"] >= USERS
    assert watched.broken[720] == watched.nanoseconds[720] == 0


@pytest.mark.slow
def test_a_price_that_jumps_breaks_many_and_few_are_not_counted() -> None:
    day = a_day()
    few = a_world()
    watch_day(few, day, day.stretches())
    assert broken_watches_per_s(few, day, day.stretches()[-1]) == (0.0, 0)
    many, short = a_world(users=3000), day.first(2)
    watch_day(many, short, short.stretches())
    per_s, decided = broken_watches_per_s(many, short, short.stretches()[-1])
    assert decided >= 1000
    assert per_s > 0
    assert one_user_us(few, a_model(), day.stretches()[-1]) > 0
