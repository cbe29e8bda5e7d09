"""What happens in a month, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.cost.traffic import Load, open_seconds, with_bands, with_brute_force
from tests.unit.local.cost.worked_example import COUNTS, LOAD, PARAMETERS, SIZES, T


def test_the_market_is_open_five_days_of_seven() -> None:
    assert open_seconds() == pytest.approx(730 * 3600 * 5 / 7)


def test_ticks_are_gathered_and_a_pair_is_decided_about_once_a_window() -> None:
    month = with_bands(LOAD, PARAMETERS, COUNTS)

    assert month.ticks == pytest.approx(4 * T)
    assert month.decisions == pytest.approx(2 * T)
    assert month.invocations == pytest.approx(T)

    slow = with_bands(replace(LOAD, ticks_per_second=0.1), PARAMETERS, COUNTS)
    assert slow.decisions == pytest.approx(0.2 * T)
    assert slow.invocations == pytest.approx(0.2 * T)

    fast = with_bands(replace(LOAD, ticks_per_second=1000.0), PARAMETERS, COUNTS)
    assert fast.decisions == pytest.approx(2 * T)
    assert fast.invocations == pytest.approx(2000 / 500 * T)

    at_once = with_bands(LOAD, replace(PARAMETERS, batch_window=0.0), COUNTS)
    assert at_once.decisions == pytest.approx(4 * T)
    assert at_once.invocations == pytest.approx(4 * T)


def test_with_bands_a_watch_is_evaluated_when_it_is_broken_or_old() -> None:
    month = with_bands(LOAD, PARAMETERS, COUNTS)

    assert month.broken == pytest.approx(0.01 * T)  # 1,000 users, each broken 0.00001 times a second
    assert month.suggestions == pytest.approx(0.001 * T)
    assert month.refreshed == pytest.approx(0.05 * T)  # 1,000 users in 20,000 seconds
    assert month.runs == pytest.approx(T / 30)  # one a minute for each of two pairs
    assert month.moved == pytest.approx(0.06 * T)
    assert month.evaluated == pytest.approx((0.06 + 1 / 30) * T)
    assert month.rows == pytest.approx((3 * 0.01 + 2 * 0.05 + 1 / 30) * T)


def test_it_does_not_matter_for_evaluations_how_many_ticks_say_where_the_price_went() -> None:
    assert with_bands(replace(LOAD, ticks_per_second=50.0), PARAMETERS, COUNTS).broken == pytest.approx(0.01 * T)


def test_the_refresh_does_no_more_than_it_may() -> None:
    month = with_bands(LOAD, replace(PARAMETERS, refreshes_per_run=1), COUNTS)
    assert month.refreshed == pytest.approx(T / 30)


def test_the_quotes_consumer_waits_for_its_requests() -> None:
    month = with_bands(LOAD, PARAMETERS, COUNTS)

    # Two decisions a second: market record and bars read and written, and 8 queries of which 8 go at once, 5 ms each.
    looking = 2 * 5 * 0.005
    # 0.01 broken a second: a read of summaries and three calls of 3 ms; 0.001 told: portfolio and recipient.
    deciding = 0.01 * (0.005 + 0.009) + 0.001 * 0.010
    # Each: a hundredth of a read, three rows at 250 a second, an eighth of a write.
    each = 0.01 * (0.00005 + 0.012 + 0.000625)
    assert month.quotes_seconds / T == pytest.approx(looking + deciding + each)
    # A run reads market and queue of each of four shards and calls the model for it, at two prices a watch.
    assert month.refresh_seconds / T == pytest.approx(4 * (0.010 + 0.006) / 30 + 0.05 * (0.00005 + 0.008 + 0.000625))


def test_with_brute_force_everybody_is_evaluated_at_every_decision_and_nobody_grows_old() -> None:
    month = with_brute_force(LOAD, PARAMETERS, COUNTS, SIZES.watch)

    assert month.evaluated == month.rows == pytest.approx(1000 * T)  # two pairs a second, 500 users each
    assert (month.refreshed, month.runs, month.refresh_seconds) == (0, 0, 0)
    assert month.moved == pytest.approx(0.01 * T)
    assert month.suggestions == pytest.approx(0.001 * T)
    # Market record and bars, their writes, and one page of watches; every summary; the writes.
    assert month.quotes_seconds / T == pytest.approx(2 * 5 * 0.005 + 1000 * 0.00405 + 0.01 * 0.000625)


def test_both_ways_are_as_cheap_when_a_tick_breaks_everybody() -> None:
    load, always = Load(users=1000, ticks_per_second=1.0), replace(COUNTS, broken_per_second=1.0)
    bands, brute = with_bands(load, PARAMETERS, always), with_brute_force(load, PARAMETERS, always, SIZES.watch)

    assert bands.broken == pytest.approx(brute.broken)
