from __future__ import annotations

import math
import struct
from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from divisa.adapters.aws.items import SummaryItem
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import field_names
from divisa.domain.pair import Pair
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


def test_the_item_has_every_statistic() -> None:
    assert set(SummaryItem.get_attributes()) == {"user_id", "pair", *field_names(BehaviourSummary)}
