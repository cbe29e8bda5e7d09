from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.gate import GateLimits, GateState, Rejection, admit, market_is_open
from tests.builders import WEDNESDAY, a_quote, quotes_of

if TYPE_CHECKING:
    from divisa.domain.quote import Quote

LIMITS = GateLimits()
FRESH = timedelta(seconds=1)
SECOND = timedelta(seconds=1)


def judge(state: GateState, quote: Quote, age: timedelta = FRESH) -> tuple[GateState, Rejection | None]:
    return admit(state, quote, age=age, limits=LIMITS)


def after(*quotes: Quote) -> GateState:
    state = GateState()
    for quote in quotes:
        state, reason = judge(state, quote)
        assert reason is None
    return state


CALM = after(*quotes_of(["17.05"] * 5))
LATER = WEDNESDAY + timedelta(minutes=5)


def test_a_plain_quote_is_believed_and_remembered() -> None:
    quote = a_quote(sequence=7)
    state, reason = judge(GateState(), quote)
    assert reason is None
    assert state.last_event_time == quote.event_time
    assert state.last_sequence == {"ecb-bridge": 7}
    assert state.recent == (quote.log_mid,)


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        (a_quote(bid="NaN"), Rejection.MALFORMED),
        (a_quote(ask="NaN"), Rejection.MALFORMED),
        (a_quote(ask="Infinity"), Rejection.MALFORMED),
        (a_quote(bid="0"), Rejection.NOT_POSITIVE),
        (a_quote(bid="-1"), Rejection.NOT_POSITIVE),
        (a_quote(bid="-2", ask="-1"), Rejection.NOT_POSITIVE),
        (a_quote(bid="17.06", ask="17.05"), Rejection.CROSSED),
        (a_quote(bid="17.05", ask="17.05"), Rejection.CROSSED),
        (a_quote(at=datetime(2024, 1, 6, 12, tzinfo=UTC)), Rejection.MARKET_CLOSED),
    ],
)
def test_a_price_that_cannot_be_one_is_rejected_with_its_reason_and_not_remembered(
    quote: Quote, reason: Rejection
) -> None:
    assert judge(GateState(), quote) == (GateState(), reason)


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (LIMITS.max_age, None),
        (LIMITS.max_age + timedelta(microseconds=1), Rejection.STALE),
        (-LIMITS.future_tolerance, None),
        (-LIMITS.future_tolerance - timedelta(microseconds=1), Rejection.FUTURE),
    ],
)
def test_a_quote_may_be_exactly_as_old_or_as_early_as_the_limits_say(age: timedelta, reason: Rejection | None) -> None:
    assert judge(GateState(), a_quote(), age)[1] is reason


def test_a_crossed_quote_is_rejected_and_the_stream_goes_on() -> None:
    state, reason = judge(CALM, a_quote(bid="17.06", ask="17.05", at=LATER, sequence=6))
    assert reason is Rejection.CROSSED
    assert judge(state, a_quote(at=LATER, sequence=6))[1] is None


@pytest.mark.parametrize("sequence", [1, 4, 5])
def test_a_sequence_that_a_source_has_used_is_a_duplicate(sequence: int) -> None:
    assert judge(CALM, a_quote(at=LATER, sequence=sequence)) == (CALM, Rejection.DUPLICATE)


def test_each_source_counts_for_itself() -> None:
    state, reason = judge(CALM, a_quote(at=LATER, sequence=1, source="backup"))
    assert reason is None
    assert state.last_sequence == {"ecb-bridge": 5, "backup": 1}


@pytest.mark.parametrize("earlier", [timedelta(0), SECOND])
def test_a_quote_that_is_not_newer_than_the_last_is_out_of_order(earlier: timedelta) -> None:
    assert CALM.last_event_time is not None
    late = a_quote(at=CALM.last_event_time - earlier, sequence=6)
    assert judge(CALM, late) == (CALM, Rejection.OUT_OF_ORDER)


def test_a_spike_is_held_and_the_market_goes_on_without_it() -> None:
    state, reason = judge(CALM, a_quote("19.00", at=LATER, sequence=6))
    assert reason is Rejection.OUTLIER
    assert (state.recent, state.last_event_time) == (CALM.recent, CALM.last_event_time)
    state, reason = judge(state, a_quote("17.05", at=LATER, sequence=7))
    assert reason is None
    assert state.suspect is None


def test_a_spike_is_believed_when_a_second_quote_confirms_it() -> None:
    spike = a_quote("19.00", at=LATER, sequence=6)
    state, _ = judge(CALM, spike)
    second = a_quote("19.05", at=LATER + SECOND, sequence=7)
    state, reason = judge(state, second)
    assert reason is None
    assert state.recent == (spike.log_mid, second.log_mid)
    assert judge(state, a_quote("19.02", at=LATER + 2 * SECOND, sequence=8))[1] is None


def test_two_different_spikes_do_not_confirm_each_other() -> None:
    state, _ = judge(CALM, a_quote("19.00", at=LATER, sequence=6))
    other = a_quote("21.00", at=LATER + SECOND, sequence=7)
    state, reason = judge(state, other)
    assert reason is Rejection.OUTLIER
    assert state.suspect == other.log_mid
    assert judge(state, a_quote("21.00", at=LATER + 2 * SECOND, sequence=8))[1] is None


def test_a_spike_that_is_sent_twice_under_one_sequence_does_not_confirm_itself() -> None:
    spike = a_quote("19.00", at=LATER, sequence=6)
    state, _ = judge(CALM, spike)
    assert judge(state, spike) == (state, Rejection.DUPLICATE)


def test_a_confirmation_after_an_accepted_quote_comes_too_late() -> None:
    state = CALM
    for number, (mid, expected) in enumerate(
        [("19.00", Rejection.OUTLIER), ("17.05", None), ("19.00", Rejection.OUTLIER)], start=6
    ):
        state, reason = judge(state, a_quote(mid, at=LATER + number * SECOND, sequence=number))
        assert reason is expected


@pytest.mark.parametrize(("move", "reason"), [("1.0199", None), ("1.0203", Rejection.OUTLIER)])
def test_in_a_quiet_range_a_move_of_two_percent_needs_confirmation(move: str, reason: Rejection | None) -> None:
    quote = a_quote(Decimal("17.05") * Decimal(move), at=LATER, sequence=6)
    assert judge(CALM, quote)[1] is reason


def test_in_a_nervous_range_larger_moves_are_ordinary() -> None:
    nervous = after(*quotes_of(["17.00", "17.30", "17.00", "17.30", "17.00", "17.30"]))
    assert judge(nervous, a_quote("18.00", at=LATER, sequence=7))[1] is None


def test_the_recent_range_forgets() -> None:
    state = after(*quotes_of([Decimal(17) + Decimal(i) / 1000 for i in range(40)]))
    assert len(state.recent) == LIMITS.outlier_window
    assert state.recent[-1] == a_quote("17.039").log_mid


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        # Winter: New York is UTC−5.
        ("2024-01-05T21:59:59", True),
        ("2024-01-05T22:00:00", False),
        ("2024-01-06T12:00:00", False),
        ("2024-01-07T21:59:59", False),
        ("2024-01-07T22:00:00", True),
        # Clocks go forward on Sunday 2024-03-10: the week ends by winter time and begins by summer time.
        ("2024-03-08T21:30:00", True),
        ("2024-03-08T22:00:00", False),
        ("2024-03-10T20:59:59", False),
        ("2024-03-10T21:00:00", True),
        # Clocks go back on Sunday 2024-11-03.
        ("2024-11-01T20:59:59", True),
        ("2024-11-01T21:00:00", False),
        ("2024-11-03T21:30:00", False),
        ("2024-11-03T22:00:00", True),
        ("2024-01-10T03:00:00", True),
    ],
)
def test_the_market_closes_from_friday_to_sunday_17_00_in_new_york(moment: str, is_open: bool) -> None:
    assert market_is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


PRICES = st.sampled_from(["17.00", "17.02", "17.05", "17.10", "19.00", "19.02", "21.00", "-1"])
EVENTS = st.lists(
    st.tuples(PRICES, st.integers(0, 40), st.integers(1, 30), st.sampled_from(["ecb-bridge", "backup"])), max_size=30
).map(
    lambda rows: [
        a_quote(mid, at=WEDNESDAY + seconds * SECOND, sequence=sequence, source=source)
        for mid, seconds, sequence, source in rows
    ]
)


@given(EVENTS)
def test_event_times_of_believed_quotes_always_grow(events: list[Quote]) -> None:
    state, believed = GateState(), []
    for quote in events:
        state, reason = judge(state, quote)
        if reason is None:
            believed.append(quote.event_time)
    assert believed == sorted(set(believed))


@given(EVENTS, st.integers(0, 30))
def test_redelivering_what_came_last_changes_nothing_and_believes_nothing(events: list[Quote], start: int) -> None:
    state = GateState()
    for quote in events:
        state, _ = judge(state, quote)
    for quote in events[start:]:
        again, reason = judge(state, quote)
        assert reason is not None
        assert again == state
