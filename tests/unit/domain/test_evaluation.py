from __future__ import annotations

from collections import Counter

import pytest

from divisa.domain.evaluation import Decision, shard_of
from divisa.domain.pair import Pair
from divisa.domain.suggestion import suggestion_id_of
from divisa.domain.transaction import Side
from tests.builders import USD_MXN


def test_a_decision_suggests_the_side_of_its_name_and_hold_suggests_none() -> None:
    assert [decision.side for decision in Decision] == [None, Side.BUY, Side.SELL]


def test_a_user_stays_in_one_shard_for_ever() -> None:
    """Stored watches are found by these numbers: a change of them would lose every one."""
    assert [shard_of(user, 8) for user in ("u-000001", "u-000002", "ana", "")] == [1, 7, 2, 4]


@pytest.mark.parametrize("shards", [1, 4, 7])
def test_users_are_spread_evenly_over_shards(shards: int) -> None:
    sizes = Counter(shard_of(f"u-{number:06d}", shards) for number in range(7_000))
    assert set(sizes) == set(range(shards))
    assert max(sizes.values()) < 1.15 * 7_000 / shards


def test_an_episode_has_one_suggestion_id_wherever_it_is_worked_out() -> None:
    assert suggestion_id_of("ana", USD_MXN, Side.SELL, 3) == "cb71619899a5a6abbf761d3481"


def test_another_user_pair_side_or_episode_has_another_id() -> None:
    ids = {
        suggestion_id_of(user, pair, side, episode)
        for user in ("ana", "ben")
        for pair in (USD_MXN, Pair("USD", "BRL"))
        for side in Side
        for episode in range(4)
    }
    assert len(ids) == 32
    assert {len(each) for each in ids} == {26}
