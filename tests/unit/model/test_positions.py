from __future__ import annotations

import numpy as np
import pytest

from model.positions import positions


@pytest.mark.parametrize("stretch", [1, 10**13, 10**17])
def test_positions_are_those_of_a_search_owner_by_owner_however_long_the_time(stretch: int) -> None:
    draws = np.random.default_rng(0)
    owner = np.sort(draws.integers(0, 40, 500))
    at = draws.integers(0, 50, 500) * stretch
    at = at[np.lexsort((at, owner))]
    asked_owner, asked_at = draws.integers(0, 42, 300), draws.integers(-2, 53, 300) * stretch

    found = positions(owner, at, asked_owner, asked_at)

    for one, moment, position in zip(asked_owner, asked_at, found, strict=True):
        mine = np.flatnonzero(owner == one)
        begin = mine[0] if len(mine) else np.searchsorted(owner, one)
        assert position == begin + np.searchsorted(at[mine], moment)


def test_among_no_moments_everything_comes_first() -> None:
    nothing = np.empty(0, dtype=np.int64)

    assert positions(nothing, nothing, np.array([0, 3]), np.array([5, 6])).tolist() == [0, 0]
