from __future__ import annotations

import math
import struct
from dataclasses import astuple, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from divisa.adapters.aws.items import SummaryItem
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import field_names
from divisa.domain.pair import Pair
from divisa.ports import Advance, SummaryRecord
from tests.builders import a_summary
from tests.contract.conftest import make_tables
from tests.unit.adapters.strategies import summaries as any_summaries

if TYPE_CHECKING:
    from divisa.ports import Summaries

MXN, BRL = Pair("USD", "MXN"), Pair("USD", "BRL")


def bits(summary: BehaviourSummary[float]) -> list[bytes]:
    """The bits of each statistic; every NaN is the same one."""
    return [struct.pack(">d", math.nan if math.isnan(value) else value) for value in astuple(summary)]


@pytest.fixture
def summaries(side: str, request: pytest.FixtureRequest) -> Summaries:
    if side == "memory":
        return MemorySummaries()
    return DynamoSummaries(make_tables(request.getfixturevalue("cloud")).summaries)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(summary=any_summaries())
def test_a_summary_comes_back_to_the_last_bit(summaries: Summaries, summary: BehaviourSummary[float]) -> None:
    summaries.put_many(MXN, {"ana": summary})
    [found] = summaries.get_many(MXN, ["ana"]).values()
    assert bits(found) == bits(summary)


def test_a_newcomer_has_never_done_what_is_nan(summaries: Summaries) -> None:
    summaries.put_many(MXN, {"ana": NEWCOMER})
    assert bits(summaries.get_many(MXN, ["ana"])["ana"]) == bits(NEWCOMER)


def test_users_without_a_summary_of_the_pair_are_absent(summaries: Summaries) -> None:
    summaries.put_many(MXN, {"ana": NEWCOMER})
    assert set(summaries.get_many(MXN, ["ana", "ben"])) == {"ana"}
    assert summaries.get_many(BRL, ["ana"]) == {}
    assert summaries.get_many(MXN, []) == {}


def test_who_has_no_summary_is_a_newcomer_of_whom_nothing_is_folded(summaries: Summaries) -> None:
    summaries.put_many(MXN, {"ana": a_summary()})
    found = summaries.load(MXN, ["ana", "ben"])
    assert found == {"ana": SummaryRecord("ana", MXN, found["ana"].summary), "ben": SummaryRecord("ben", MXN, NEWCOMER)}
    assert bits(found["ana"].summary) == bits(a_summary())
    assert summaries.load(BRL, ["ana"]) == {"ana": SummaryRecord("ana", BRL, NEWCOMER)}
    assert summaries.load(MXN, []) == {}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=any_summaries(), after=any_summaries())
def test_a_summary_moves_on_from_the_sequence_that_was_loaded(
    summaries: Summaries, before: BehaviourSummary[float], after: BehaviourSummary[float]
) -> None:
    summaries.put_many(MXN, {"ana": before})
    steps = [
        SummaryRecord("ana", MXN, before),
        SummaryRecord("ana", MXN, before, sequence=1),
        SummaryRecord("ana", MXN, after, sequence=4),
    ]
    for step, following in pairwise(steps):
        assert summaries.save([Advance(step, following)]) == [True]
        [found] = summaries.load(MXN, ["ana"]).values()
        assert (found.sequence, bits(found.summary)) == (following.sequence, bits(following.summary))
        assert bits(summaries.get_many(MXN, ["ana"])["ana"]) == bits(following.summary)


def test_what_somebody_else_has_moved_on_stays_and_the_others_are_written(summaries: Summaries) -> None:
    def advance(user_id: str, since: int, to: int, **changes: float) -> Advance:
        before = SummaryRecord(user_id, MXN, a_summary(), since)
        return Advance(before, replace(before, summary=a_summary(**changes), sequence=to))

    assert summaries.save([advance("ana", 0, 2, buys=2.0), advance("eva", 0, 1)]) == [True, True]
    late = [advance("ana", 0, 1), advance("ben", 0, 1), advance("ana", 1, 3), advance("eva", 1, 2)]
    assert summaries.save(late) == [False, True, False, True]
    found = summaries.load(MXN, ["ana", "ben", "eva"])
    assert {user_id: record.sequence for user_id, record in found.items()} == {"ana": 2, "ben": 1, "eva": 2}
    assert found["ana"].summary.buys == 2.0
    assert summaries.save([]) == []


def test_a_pairs_sequence_is_its_own_and_seeding_begins_again(summaries: Summaries) -> None:
    newcomer = SummaryRecord("ana", MXN, NEWCOMER)
    assert summaries.save([Advance(newcomer, replace(newcomer, summary=a_summary(), sequence=7))]) == [True]
    assert summaries.load(BRL, ["ana"])["ana"].sequence == 0
    summaries.put_many(MXN, {"ana": a_summary()})
    assert summaries.load(MXN, ["ana"])["ana"].sequence == 0


def test_the_item_has_every_statistic() -> None:
    assert set(SummaryItem.get_attributes()) == {"user_id", "pair", "sequence", *field_names(BehaviourSummary)}
