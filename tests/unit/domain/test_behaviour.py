from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import cos, isnan, log, nan, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.behaviour import (
    ACTIVITY_HALF_LIFE,
    MEMORY,
    NEWCOMER,
    BehaviourSummary,
    Trades,
    fold,
    fold_rows,
    half_month_angle,
    trade_of,
)
from divisa.domain.columns import Array, field_names, stack, take, unstack
from divisa.domain.features import feature_matrix
from divisa.domain.market import MarketView
from divisa.domain.transaction import Side, Transaction
from tests.builders import WEDNESDAY, a_market_view, a_summary, a_transaction

Summary = BehaviourSummary[float]
NAMES = field_names(BehaviourSummary)


def after(*transactions: Transaction, start: Summary = NEWCOMER, market: MarketView[float] | None = None) -> Summary:
    summary = start
    for transaction in transactions:
        [summary] = fold_rows([summary], [transaction], [market or a_market_view()])
    return summary


def buy(quantity: str, price: str, *, day: float = 0) -> Transaction:
    return a_transaction(Side.BUY, quantity, price, at=WEDNESDAY + timedelta(days=day))


def sell(quantity: str, price: str, *, day: float = 0) -> Transaction:
    return a_transaction(Side.SELL, quantity, price, at=WEDNESDAY + timedelta(days=day))


def bits(summaries: list[Summary]) -> bytes:
    """Every number of every summary, to the last bit; all NaN count as one."""
    table = np.array([[getattr(summary, name) for name in NAMES] for summary in summaries])
    return np.where(np.isnan(table), nan, table).tobytes()


# ── What one user's ledger comes to ──────────────────────────────────────────────────────────────────────────────────


def test_buys_are_averaged_by_what_was_paid() -> None:
    summary = after(buy("100", "17.00"), buy("300", "18.00", day=1))
    assert summary.cost == pytest.approx(17.75)
    assert summary.position == 400.0


def test_a_sell_leaves_the_average_cost_of_the_rest() -> None:
    summary = after(buy("100", "17.00"), buy("300", "18.00", day=1), sell("150", "19.00", day=2))
    assert summary.cost == pytest.approx(17.75)
    assert summary.position == 250.0


def test_who_sells_everything_has_no_cost_any_more_and_starts_anew() -> None:
    empty = after(buy("100", "17.00"), sell("100", "18.00", day=1))
    assert (empty.position, isnan(empty.cost)) == (0.0, True)
    assert after(buy("10", "20.00", day=2), start=empty).cost == pytest.approx(20.0)


def test_who_sells_more_than_was_bought_here_is_left_with_nothing_and_not_with_less() -> None:
    assert after(buy("100", "17.00"), sell("250", "18.00", day=1)).position == 0.0


def test_sells_count_as_gain_or_loss_against_average_cost() -> None:
    summary = after(
        buy("100", "17.00"),
        sell("10", "17.50", day=1),
        sell("10", "16.50", day=2),
        sell("10", "16.00", day=3),
        sell("10", "17.00", day=4),
    )
    assert (summary.gains, summary.losses, summary.sells) == (1.0, 2.0, 4.0)


def test_dollars_that_came_from_elsewhere_are_sold_at_neither_gain_nor_loss() -> None:
    summary = after(sell("100", "18.00"))
    assert (summary.gains, summary.losses, summary.sells) == (0.0, 0.0, 1.0)


def test_averages_lean_to_what_a_user_did_last() -> None:
    summary = after(buy("100", "17.00"), buy("200", "18.00", day=4), buy("300", "19.00", day=6))
    assert summary.size == pytest.approx((100 + MEMORY * 100) + MEMORY * (300 - (100 + MEMORY * 100)))
    assert summary.mean_gap == pytest.approx(4 + MEMORY * (2 - 4))
    first = log(17) + MEMORY * (log(18) - log(17))
    assert summary.usual_buy == pytest.approx(first + MEMORY * (log(19) - first))
    assert summary.last_buy == pytest.approx(log(19))


def test_levels_say_where_in_the_range_a_user_trades() -> None:
    market = a_market_view(low=log(17.0), high=log(18.0), ewma_7d=log(17.5), sigma=0.01)
    summary = after(buy("100", "17.00"), sell("100", "18.50", day=1), market=market)
    assert summary.buy_level == 0.0
    assert summary.sell_level == 1.0  # above the range counts as its top
    assert summary.buy_z == pytest.approx(log(17.0 / 17.5) / 0.01)
    assert summary.sell_z == pytest.approx(log(18.5 / 17.5) / 0.01)


def test_a_market_without_a_range_has_only_a_middle() -> None:
    assert after(buy("1", "17.00"), market=a_market_view(low=2.8, high=2.8)).buy_level == 0.5


def test_a_side_that_was_never_traded_stays_unknown() -> None:
    summary = after(buy("100", "17.00"))
    assert all(isnan(value) for value in (summary.last_sell, summary.sell_level, summary.sell_z, summary.phase_cos))


def test_activity_halves_in_thirty_days() -> None:
    half_life = timedelta(seconds=ACTIVITY_HALF_LIFE)
    summary = after(buy("1", "17"), sell("1", "17", day=half_life / timedelta(days=1)))
    assert (summary.recent_buys, summary.recent_sells) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("month", "day", "turns"), [(1, 1, 0.0), (1, 16.5, 1.0), (4, 1, 0.0), (4, 16, 1.0), (2, 15.5, 1.0)]
)
def test_the_payday_circle_is_gone_round_twice_a_month(month: int, day: float, turns: float) -> None:
    at = datetime(2024, month, 1, tzinfo=UTC) + timedelta(days=day - 1)
    [angle] = half_month_angle(np.array([at.timestamp()]))
    assert angle == pytest.approx(turns * 2 * pi)


def test_the_payday_phase_points_to_when_a_user_sells() -> None:
    first = sell("1", "17")
    summary = after(buy("1", "17", day=-1), first)
    [angle] = half_month_angle(np.array([first.event_time.timestamp()]))
    assert (summary.phase_cos, summary.phase_sin) == pytest.approx((cos(angle), sin(angle)))
    assert after(buy("5", "17", day=3), start=summary).phase_cos == summary.phase_cos


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(days=365), timedelta(days=365 * 400)])
def test_a_late_older_transaction_changes_nothing(late: timedelta) -> None:
    summary = after(buy("100", "17.00"), sell("10", "18.00", day=1))
    old = replace(buy("50", "15.00"), event_time=WEDNESDAY + timedelta(days=1) - late)
    assert bits([after(old, start=summary)]) == bits([summary])


def test_a_late_transaction_holds_up_nobody_else() -> None:
    ana, ben = a_summary(last_at=WEDNESDAY.timestamp()), a_summary()
    old, new = buy("50", "15.00", day=-1), buy("50", "15.00")
    together = fold_rows([ana, ben], [old, new], [a_market_view()] * 2)
    assert bits(together) == bits([ana, after(new, start=ben)])


def test_two_transactions_of_one_moment_both_count() -> None:
    assert after(buy("100", "17.00"), buy("100", "17.00")).buys == 2.0


def test_what_the_fold_reads_of_a_ledger_entry() -> None:
    assert trade_of(sell("12.50", "17.25")) == Trades(WEDNESDAY.timestamp(), 0.0, 12.5, 17.25)


# ── Online and offline are one ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Entry:
    """A user's ledger entry: its number, and the market at its time."""

    user: int
    number: int
    transaction: Transaction
    market: MarketView[float]


Ledger = list[Entry]


@st.composite
def ledgers(draw: st.DrawFn) -> list[Ledger]:
    """Up to five users' ledgers; the times of each never go back."""
    steps = st.tuples(
        st.integers(0, 40 * 86_400), st.sampled_from(Side), st.integers(1, 99_999), st.integers(1500, 2100)
    )
    users = draw(st.lists(st.lists(steps, max_size=7), min_size=1, max_size=5))
    return [_entries(user, ledger) for user, ledger in enumerate(users)]


def _entries(user: int, steps: list[tuple[int, Side, int, int]]) -> Ledger:
    at, entries = WEDNESDAY, []
    for number, (gap, side, cents, price) in enumerate(steps):
        at += timedelta(seconds=gap)
        x = log(price / 100) + 0.003 * (cents % 7 - 3)
        market = a_market_view(
            as_of=at.timestamp(), log_mid=x, ewma_7d=x - 0.01 * (cents % 5), low=x - 0.02 * (cents % 3), high=x + 0.01
        )
        transaction = a_transaction(side, Decimal(cents) / 100, Decimal(price) / 100, at=at, user_id=f"u-{user}")
        entries.append(Entry(user, number, transaction, market))
    return entries


def online(users: int, arrivals: list[Entry]) -> list[Summary]:
    """As a stream consumer folds: one entry at a time; one whose number is counted already is a redelivery."""
    summaries: list[Summary] = [NEWCOMER] * users
    for entry in arrivals:
        known = summaries[entry.user]
        if entry.number >= known.buys + known.sells:
            [summaries[entry.user]] = fold_rows([known], [entry.transaction], [entry.market])
    return summaries


def offline(users: list[Ledger]) -> BehaviourSummary[Array]:
    """As training folds: the first entries of all users as columns, then the second ones, and so on."""
    columns = stack(BehaviourSummary[Array], [NEWCOMER] * len(users))
    for number in range(max(map(len, users))):
        rows = np.array([user for user, ledger in enumerate(users) if len(ledger) > number])
        entries = [users[row][number] for row in rows]
        folded = fold(
            take(BehaviourSummary[Array], columns, rows),
            stack(Trades[Array], [trade_of(entry.transaction) for entry in entries]),
            stack(MarketView[Array], [entry.market for entry in entries]),
        )
        for name in NAMES:
            getattr(columns, name)[rows] = getattr(folded, name)
    return columns


def matrix(summaries: BehaviourSummary[Array]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    market = a_market_view()
    at = np.array([WEDNESDAY.timestamp() + 300 * 86_400.0])
    return feature_matrix(summaries, stack(MarketView[Array], [market]), at, np.array([market.log_mid]))


def row_by_row(summaries: list[Summary]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.concatenate([matrix(stack(BehaviourSummary[Array], [summary])) for summary in summaries])


@given(ledgers())
def test_one_transaction_at_a_time_and_many_users_as_columns_end_in_the_same_bits(users: list[Ledger]) -> None:
    one_by_one = online(len(users), [entry for ledger in users for entry in ledger])
    columns = offline(users)
    assert bits(one_by_one) == bits(unstack(Summary, columns))
    assert np.array_equal(row_by_row(one_by_one), matrix(columns), equal_nan=True)


@given(ledgers(), st.data())
def test_any_interleaving_and_any_replay_end_in_the_same_summaries(users: list[Ledger], data: st.DataObject) -> None:
    arrivals = _interleaved(users, data)
    for start in data.draw(st.lists(st.integers(0, len(arrivals)), max_size=3), label="replays from"):
        end = data.draw(st.integers(start, len(arrivals)), label="to")
        arrivals = arrivals[:end] + arrivals[start:]
    assert bits(online(len(users), arrivals)) == bits(unstack(Summary, offline(users)))


def _interleaved(users: list[Ledger], data: st.DataObject) -> list[Entry]:
    """The users' ledgers shuffled into one stream; each user's own order is kept, as by a partition key."""
    turns = data.draw(st.permutations([user for user, ledger in enumerate(users) for _ in ledger]), label="turns")
    left = [iter(ledger) for ledger in users]
    return [next(left[user]) for user in turns]


@given(ledgers())
def test_older_transactions_that_come_again_change_nothing_even_unnumbered(users: list[Ledger]) -> None:
    for ledger in users:
        summary = after(*(entry.transaction for entry in ledger))
        older = [e.transaction for e in ledger if e.transaction.event_time.timestamp() < summary.last_at]
        assert bits([after(*older, start=summary)]) == bits([summary])


@given(ledgers())
def test_a_position_is_never_negative_and_has_a_cost_exactly_when_it_is_there(users: list[Ledger]) -> None:
    for summary in unstack(Summary, offline(users)):
        assert summary.position >= 0
        assert isnan(summary.cost) == (summary.position <= 1e-9)
        assert summary.gains + summary.losses <= summary.sells


def test_a_thousand_users_at_once_are_folded_to_the_same_bits_as_each_alone() -> None:
    """Long columns take the processor's vector instructions, single rows may not."""
    draw = np.random.default_rng(20240110)
    size = 1003

    def steps() -> list[tuple[int, Side, int, int]]:
        return [
            (int(gap), Side.BUY if side else Side.SELL, int(cents), int(price))
            for gap, side, cents, price in zip(
                draw.integers(0, 3_000_000, 2),
                draw.integers(0, 2, 2),
                draw.integers(1, 99_999, 2),
                draw.integers(1500, 2100, 2),
                strict=True,
            )
        ]

    users = [_entries(user, steps()) for user in range(size)]
    alone, together = online(size, [entry for ledger in users for entry in ledger]), offline(users)
    assert bits(alone) == bits(unstack(Summary, together))
    assert np.array_equal(row_by_row(alone), matrix(together), equal_nan=True)
