"""Who is held out: a fixed, random share that nobody can guess or steer."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

import pytest

from divisa.domain.experiment import Arm, arm_of
from divisa.domain.pair import Pair

PAIR = Pair.parse("USD/MXN")
KEY = b"one key of a stage"
MANY = 20_000


@cache
def _held_out(key: bytes, share: float, pair: Pair = PAIR, episode: int = 1) -> frozenset[str]:
    users = (f"u-{number:06d}" for number in range(MANY))
    return frozenset(user for user in users if arm_of(key, user, pair, episode, share) is Arm.HELD_OUT)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.9])
def test_the_share_is_respected_over_many_users(share: float) -> None:
    deviation = (share * (1 - share) / MANY) ** 0.5
    assert abs(len(_held_out(KEY, share)) / MANY - share) < 4 * deviation


def test_the_share_is_respected_over_the_episodes_of_one_user() -> None:
    held_out = sum(arm_of(KEY, "ana", PAIR, episode, 0.2) is Arm.HELD_OUT for episode in range(MANY))
    assert abs(held_out / MANY - 0.2) < 4 * (0.2 * 0.8 / MANY) ** 0.5


def test_an_episode_stays_in_its_group() -> None:
    assert _held_out(KEY, 0.05) == _held_out.__wrapped__(KEY, 0.05)


def test_the_draw_is_the_documented_hash() -> None:
    digest = hmac.new(KEY, b"ana|USD/MXN|3", hashlib.sha256).digest()
    draw = int.from_bytes(digest[:8], "big") / 2**64
    assert arm_of(KEY, "ana", PAIR, 3, draw + 1e-9) is Arm.HELD_OUT
    assert arm_of(KEY, "ana", PAIR, 3, draw - 1e-9) is Arm.TREATED


@pytest.mark.parametrize(
    ("key", "pair", "episode"),
    [(b"another key", PAIR, 1), (KEY, Pair.parse("USD/BRL"), 1), (KEY, PAIR, 2)],
    ids=["key", "pair", "episode"],
)
def test_another_key_pair_or_episode_draws_anew(key: bytes, pair: Pair, episode: int) -> None:
    before, after = _held_out(KEY, 0.5), _held_out(key, 0.5, pair, episode)
    independent = MANY / 4
    assert abs(len(before & after) - independent) < 5 * (MANY * 0.25 * 0.75) ** 0.5


def test_a_greater_share_holds_out_all_that_a_smaller_one_does() -> None:
    assert _held_out(KEY, 0.05) < _held_out(KEY, 0.1)


def test_a_share_of_none_treats_everybody_and_a_share_of_all_nobody() -> None:
    assert _held_out(KEY, 0.0) == set()
    assert len(_held_out(KEY, 1.0)) == MANY
