from __future__ import annotations

import numpy as np

from simulator.draws import Draws

USERS = np.arange(200_000)


def test_a_users_draw_does_not_depend_on_who_else_is_drawn() -> None:
    everyone = Draws(5).uniform("look", USERS, np.array([19_000]))

    some = Draws(5).uniform("look", USERS[777:999], np.array([19_000]))

    assert np.array_equal(some, everyone[777:999])


def test_seed_purpose_and_every_key_change_the_draw() -> None:
    draws = [
        Draws(5).uniform("look", USERS, np.array([1])),
        Draws(6).uniform("look", USERS, np.array([1])),
        Draws(5).uniform("act", USERS, np.array([1])),
        Draws(5).uniform("look", USERS, np.array([2])),
    ]

    assert np.abs(np.corrcoef(draws) - np.eye(4)).max() < 0.01


def test_draws_have_the_moments_of_their_distribution() -> None:
    uniform, normal = Draws(5).uniform("u", USERS), Draws(5).normal("n", USERS)

    assert 0 < uniform.min() < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.003
    assert abs(normal.mean()) < 0.01
    assert abs(normal.std() - 1) < 0.01
