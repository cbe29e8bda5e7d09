"""The lines of the bill, by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from divisa.domain.errors import InvalidFile
from local.cost.assumptions import assumptions
from local.cost.bill import Bill, bill, index_units
from local.cost.prices import read_prices
from tests.unit.local.cost.worked_example import COUNTS, LOAD, PARAMETERS, SIZES, T

GB = 2**30
ROW = 394
"""Bytes to the endpoint and back: 35 float64 and an answer of 114."""


@pytest.fixture(scope="module")
def month() -> Bill:
    return bill(LOAD, PARAMETERS, COUNTS, SIZES, read_prices())


@pytest.mark.parametrize(
    ("what", "bands", "brute"),
    [
        # A watch of one unit, with three indexes that each delete and put.
        ("writes: watches broken", 7 * 0.01 * T, 0.01 * T),
        ("writes: watches refreshed", 7 * 0.05 * T, 0),
        # The watch once more and the suggestion twice, for the transaction; 1.1 deliveries, claimed and settled, each
        # with a place in its week, one of which begins to be sent; and a tenth of a text message's budget.
        ("writes: suggestions, deliveries, places, budgets", 7.4 * 0.001 * T, 7.4 * 0.001 * T),
        ("writes: market records", 3 * 2 * T, 3 * 2 * T),
        # One of each interval, joined with what is stored.
        ("writes: bars", 3 * 2 * T, 3 * 2 * T),
        ("reads: bars", 3 * 2 * T, 3 * 2 * T),
        # Two queries of each of four shards at half a unit; what is found at 400 bytes of 4 KB, half a unit each.
        ("reads: which watches", (2 * 2 * 4 * 0.5 + 0.01 * 400 / 8192) * T, 1000 * 400 / 8192 * T),
        ("reads: which are old", (4 * 0.5 / 30 + 0.05 * 400 / 8192) * T, 0),
        ("reads: summaries", 0.5 * (0.06 + 1 / 30) * T, 500 * T),
        # Read consistently: one unit a decision, and one for each shard of a run.
        ("reads: market records", (2 + 4 / 30) * T, 2 * T),
        # Who sends reads the person and their places consistently, at a whole unit each.
        ("reads: portfolios, recipients, places", (2 * 0.5 + 2.2) * 0.001 * T, (2 * 0.5 + 2.2) * 0.001 * T),
        # Watch 500, person 1,170, all bytes with overhead; 400 days of suggestions of 550 and 1.1 deliveries of 300.
        (
            "storage",
            (1000 * (4 * 500 + 1170) + 0.001 * T * (9600 / 730) * 880) / GB,
            (1000 * (500 + 1170) + 0.001 * T * (9600 / 730) * 880) / GB,
        ),
        ("endpoint, ml.c5.large", 2 * 730, 4 * 730),  # a thousand rows a second at 250 an instance
        ("data in and out", ROW * (0.13 + 1 / 30) * T / GB, ROW * 1000 * T / GB),
        ("shards", 730, 730),
        ("longer retention", 730, 730),
        ("prices put", 4 * T, 4 * T),
        ("suggestions published", 0.0011 * T, 0.0011 * T),
        ("emails", 0.0009 * T, 0.0009 * T),
        ("SMS (by country and carrier)", 0.0001 * T, 0.0001 * T),
        # A suggestion in two indexes; a third of them held: twice for the transaction, into and out of an index, and
        # moved within another.
        ("writes: indexes of suggestions, releases", 0.004 * T, 0.004 * T),
        ("writes: outcomes, what became of emails", 0.0039 * T, 0.0039 * T),
        # A consistent unit each time that somebody is judged; eight shards a minute; the held ones of a person.
        (
            "reads: what people were told, what is due",
            (4 / 3 + 0.5 / 3) * 0.001 * T + 43_800 * 8 * 0.5,
            (4 / 3 + 0.5 / 3) * 0.001 * T + 43_800 * 8 * 0.5,
        ),
        # Three times a day and a half of eight shards an hour; looked at for 12 hours each; three channels and the
        # ledger for each of the three that are written.
        (
            "reads: settling outcomes",
            730 * 4.5 * 8 * 0.5 + 0.001 * T * (36 * (450 / 8192 + 0.5) + 6),
            730 * 4.5 * 8 * 0.5 + 0.001 * T * (36 * (450 / 8192 + 0.5) + 6),
        ),
        ("storage: indexes of suggestions, outcomes", *2 * (0.001 * T * (9600 / 730) * 1900 / GB,)),
        ("requests: releases, outcomes, what SES says", *2 * (43_800 + 730 + 0.0009 * T,)),
        # Less than 5 KB each: whatever broke at a price, and whatever was released in a minute.
        ("decisions logged", *2 * ((0.01 + 0.001 / 3) * T * 5120 / GB,)),
        ("what SES says, published", 0.0009 * T, 0.0009 * T),
        ("requests: what SES says", 0.0027 * T, 0.0027 * T),
    ],
)
def test_a_line_is_what_happens_in_units_of_its_price(month: Bill, what: str, bands: float, brute: float) -> None:
    [line] = [line for line in month.lines if line.what == what]
    assert float(line.bands) == pytest.approx(bands, abs=0.001)
    assert float(line.brute) == pytest.approx(brute, abs=0.001)


def test_functions_and_queues_count_requests(month: Bill) -> None:
    calls, queues = [line for line in month.lines if line.what == "requests"]

    # The quotes consumer once a second, the refresh once a minute, 2.1 calls a suggestion.
    assert float(calls.bands) == pytest.approx(1.0021 * T + 43_800, abs=0.001)
    assert float(calls.brute) == pytest.approx(1.0021 * T, abs=0.001)
    # 1.1 announcements a suggestion, each sent, received and deleted; seven queues that Lambda waits at.
    assert float(queues.bands) == pytest.approx(0.0033 * T + 7 * 900 * 730, abs=0.001)
    assert queues.brute == queues.bands


def test_memory_counts_for_as_long_as_it_is_held(month: Bill) -> None:
    [line] = [line for line in month.lines if line.what == "memory × time"]
    quotes = 2 * 5 * 0.005 + 0.01 * (0.005 + 0.009) + 0.001 * 0.010 + 0.01 * 0.012675
    refresh = 4 * 0.016 / 30 + 0.05 * 0.008675
    telling = 0.001 * 0.005 * (0.5 + 6 * (0.5 + 0.1 * 0.5))
    assert float(line.bands) == pytest.approx((2.0 * (quotes + refresh) + telling) * T, abs=0.001)


def test_what_follows_is_counted_for_as_long_as_its_functions_run(month: Bill) -> None:
    [line] = [line for line in month.lines if line.what == "memory × time: the same"]
    release = 43_800 * 8 * 0.005 + 0.001 * T / 3 * 5 * 0.005
    outcomes = 730 * 4.5 * 8 * 0.005 + 0.001 * T * (36 * 0.00005 + 0.15)
    assert float(line.bands) == pytest.approx(2.0 * release + 0.5 * outcomes + 0.5 * 0.0009 * T * 0.015, abs=0.001)
    assert line.brute == line.bands


def test_many_decisions_of_one_price_share_a_record_of_the_log() -> None:
    many = replace(LOAD, users=1_000_000, ticks_per_second=0.5)
    [line] = [line for line in bill(many, PARAMETERS, COUNTS, SIZES, read_prices()).lines if line.service == "Firehose"]
    # Ten a second, of a price a second: 20 KB and the suggestions among them, so that hardly anything is rounded.
    lines = ((10 + 1 / 3) * 2000 + (1 + 1 / 3) * 1500) * T
    assert float(line.bands) * GB == pytest.approx(lines, rel=0.2)


def test_the_sum_is_that_of_the_lines_and_leaves_out_what_has_no_price(month: Bill) -> None:
    sms = month.lines[-1]
    assert sms.price is None
    assert sms.bands_usd == sms.brute_usd == 0
    assert sms.bands > 0
    assert month.bands_usd == sum(line.bands_usd for line in month.lines)
    # The endpoint alone: two machines with bands, four with brute force, at 0.102 an hour.
    [endpoint] = [line for line in month.lines if line.what == "endpoint, ml.c5.large"]
    assert (endpoint.bands_usd, endpoint.brute_usd) == (Decimal("148.92"), Decimal("297.84"))
    assert month.ratio == pytest.approx(float(month.brute_usd) / float(month.bands_usd))
    assert month.ratio > 1


def test_what_both_ways_need_alike_is_left_out_where_they_are_compared_for_deciding(month: Bill) -> None:
    alike = {line.what for line in month.lines} - {line.what for line in month.deciding.lines}

    assert {"emails", "shards", "prices put", "writes: market records", "recovery to any second"} <= alike
    assert not {"writes: watches broken", "reads: summaries", "endpoint, ml.c5.large"} & alike
    assert month.deciding.ratio > month.ratio


def test_larger_watches_cost_more_in_every_index() -> None:
    assert index_units(SIZES) == 6
    assert index_units(replace(SIZES, watch=1500)) == 12


def test_a_day_s_retention_is_in_the_price_of_a_shard() -> None:
    day = bill(LOAD, replace(PARAMETERS, stream_hours=24), COUNTS, SIZES, read_prices())
    assert [line.bands for line in day.lines if line.what == "longer retention"] == [0]


def test_a_machine_without_a_price_is_named() -> None:
    with pytest.raises(InvalidFile, match=r"no price of sagemaker_ml\.m9\.huge"):
        bill(LOAD, replace(PARAMETERS, endpoint_instance="ml.m9.huge"), COUNTS, SIZES, read_prices())


def test_what_is_assumed_is_said_with_its_numbers() -> None:
    said = "\n".join(assumptions(LOAD, PARAMETERS, COUNTS, SIZES))

    assert "broken 0.86 times a day and makes 0.086 suggestions, as counted for 1,000,000 users" in said
    assert "at a tick a second of a Tuesday" in said
    assert "at 3.00 prices about a watch that is broken and at 2.00 about one that is old" in said
    assert "again every 5.55556 hours" in said
    assert "costs 7 write units, 6 of them for the indexes" in said
    assert "250 rows a second an instance" in said

    slow = "\n".join(assumptions(LOAD, replace(PARAMETERS, refreshes_per_run=1), COUNTS, SIZES))
    assert "does not keep up" in slow
