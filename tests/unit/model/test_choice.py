from __future__ import annotations

import numpy as np

from divisa.domain.pair import Pair
from model.choice import Choice

DAY = 86_400_000_000
OWNERS = [(f"user-{number}", Pair("USD", pair)) for number in range(200) for pair in ("MXN", "BRL")]
DAYS = np.arange(19_000, 19_100) * DAY


def kept(choice: Choice, owners: list[tuple[str, Pair]], days: np.ndarray = DAYS) -> set[tuple[str, Pair, int]]:
    bases = np.repeat(choice.bases(owners), len(days))
    at = np.tile(days, len(owners))
    whose = np.repeat(np.arange(len(owners)), len(days))
    keep = choice.keeps(bases, at)
    return {(*owners[number], int(day)) for number, day in zip(whose[keep], at[keep], strict=True)}


def test_about_as_many_are_kept_as_asked_for_and_with_another_seed_others() -> None:
    some = kept(Choice(0.1, seed=1), OWNERS)

    assert abs(len(some) - 4000) < 240  # four standard deviations
    assert len(some & kept(Choice(0.1, seed=2), OWNERS)) < 600


def test_what_is_kept_depends_on_nobody_else_and_on_no_order() -> None:
    some = kept(Choice(0.1, seed=1), OWNERS)

    assert kept(Choice(0.1, seed=1), OWNERS[::-1], DAYS[::-1]) == some
    assert kept(Choice(0.1, seed=1), OWNERS[:7]) == {row for row in some if row[:2] in OWNERS[:7]}


def test_a_larger_share_keeps_what_a_smaller_one_keeps() -> None:
    assert kept(Choice(0.1, seed=1), OWNERS) < kept(Choice(0.2, seed=1), OWNERS)
    assert len(kept(Choice(1.0, seed=1), OWNERS)) == len(OWNERS) * len(DAYS)


def test_the_days_of_each_user_are_kept_evenly() -> None:
    by_user = np.bincount([int(user[5:]) for user, _, _ in kept(Choice(0.5, seed=1), OWNERS)])
    by_day = np.bincount([day // DAY - 19_000 for _, _, day in kept(Choice(0.5, seed=1), OWNERS)])

    assert (by_user.min(), by_user.max()) > (65, 0)
    assert by_user.max() < 135
    assert by_day.min() > 150
    assert by_day.max() < 250
