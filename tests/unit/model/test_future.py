"""Nothing of what becomes known after a row's moment may reach the row: its features, weight, or being chosen."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divisa.adapters.csv import prices, transactions
from divisa.adapters.csv.suggestions import HEADER as SUGGESTIONS
from divisa.adapters.csv.suggestions import read_suggestions
from model.choice import Choice
from model.description import described
from model.history import read_history
from model.matrix import Source
from model.owners import numbers_of
from model.rows import HORIZON, NEVER, Calendar, Rows, first_moments, merged

if TYPE_CHECKING:
    from pathlib import Path

START, CUT, END = (datetime(2024, 1, day, tzinfo=UTC) for day in (8, 11, 16))
"""Monday, Thursday, Tuesday: rows up to the cut are compared, whatever happens between the cut and the end."""
USERS = ("ana", "bea", "eva")


class Event(NamedTuple):
    """A line of a file: when it happened, how many minutes later it arrived, and what it says."""

    minutes: int
    late: int
    line: tuple[str, ...]

    def at(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    def known(self) -> datetime:
        return self.at() + timedelta(minutes=self.late)


SPAN, LATE = int((END - START).total_seconds()) // 60, st.sampled_from([0, 0, 1, 60, 1500])
QUOTES = st.builds(
    lambda minutes, late, cents: Event(minutes, late, ("USD/MXN", f"{cents / 100:.2f}", f"{cents / 100 + 0.01:.2f}")),
    st.integers(1, SPAN),
    LATE,
    st.integers(1680, 1720),
)
TRADES = st.builds(
    lambda minutes, late, user, side, n: Event(minutes, late, (user, "USD/MXN", side, str(n), "17.05")),
    st.integers(1, SPAN),
    LATE,
    st.sampled_from(USERS),
    st.sampled_from(["BUY", "SELL"]),
    st.integers(1, 300),
)
SAID = st.builds(
    lambda minutes, user, side, told: Event(minutes, 0, (user, "USD/MXN", side, told, "0.5")),
    st.integers(1, SPAN),
    st.sampled_from(USERS),
    st.sampled_from(["BUY", "SELL"]),
    st.sampled_from(["true", "false"]),
)
FIRST_QUOTE = Event(0, 0, ("USD/MXN", "17.00", "17.01"))
FIRST_TRADES = [Event(5, 0, (user, "USD/MXN", "BUY", "100", "17.01")) for user in USERS[:2]]


class World(NamedTuple):
    """What happened."""

    quotes: list[Event]
    trades: list[Event]
    said: list[Event]

    def up_to(self, cut: datetime) -> World:
        """What had happened by then and was known by then."""
        return World(*([each for each in events if each.known() <= cut] for events in self))

    def besides(self, other: World, cut: datetime) -> World:
        """With what another world learned later."""
        later = World(*([each for each in events if each.known() > cut] for events in other))
        return World(*(mine + theirs for mine, theirs in zip(self, later, strict=True)))


WORLDS = st.builds(
    World,
    st.lists(QUOTES, min_size=8, max_size=40),
    st.lists(TRADES, min_size=2, max_size=25),
    st.lists(SAID, max_size=6),
)


def written(path: Path, header: str, lines: list[str]) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def rows_of(world: World, folder: Path) -> dict[tuple[str, int], dict[str, bytes]]:
    """By user and moment, what is said of half of all rows until the end, each column as its bytes."""
    ledger = [FIRST_TRADES[0], FIRST_TRADES[1], *world.trades]
    history = read_history(
        written(
            folder / "p.csv",
            ",".join([*prices.HEADER, "arrived_at"]),
            [
                f"{pair},{each.at().isoformat()},{bid},{ask},{each.known().isoformat()}"
                for each in (FIRST_QUOTE, *world.quotes)
                for pair, bid, ask in [each.line]
            ],
        ),
        written(
            folder / "t.csv",
            ",".join([*transactions.HEADER, "arrived_at"]),
            [
                f"{each.line[0]},{each.at().isoformat()},{','.join(each.line[1:])},{each.known().isoformat()}"
                for each in ledger
            ],
        ),
        Counter(),
        until=END,
    )
    # The first line tells nobody who has rows: a file needs one.
    nobody = f"zoe,USD/MXN,{START.isoformat()},BUY,true,0.5"
    said = [f"{','.join(each.line[:2])},{each.at().isoformat()},{','.join(each.line[2:])}" for each in world.said]
    suggestions = read_suggestions(written(folder / "s.csv", ",".join(SUGGESTIONS), [nobody, *said]), on_reject=print)
    everybody, numbers = range(len(history.owners)), {owner: n for n, owner in enumerate(history.owners)}
    calendar = Calendar.since(
        [history.markets[pair].trading_days() for pair in history.pairs],
        history.pair,
        first_moments(history.ledger, np.full(len(everybody), NEVER)),
    )
    choice = Choice(0.5, seed=3)
    rows = calendar.chosen(everybody, choice, choice.bases(history.owners))
    asked_at = np.arange(int(START.timestamp()) + 40_000, int(END.timestamp()), 50_000) * 1_000_000
    n = len(asked_at)
    asked = Rows(np.zeros(n, np.int64), asked_at, np.full(n, Source.DECISION, np.int8), np.ones(n))
    rows = merged(rows, asked)
    columns = described(history, everybody, rows, suggestions, numbers_of(suggestions.to, numbers))
    return {
        (history.owners[owner][0], int(at)): {name: column[n].tobytes() for name, column in columns.items()}
        for n, (owner, at) in enumerate(zip(rows.owner, rows.at, strict=True))
    }


KNOWN_AT_ONCE = ("features", "weights", "sources", "trades")
KNOWN_AFTER_THE_HORIZON = ("labels", "suggested", "told", "propensities")


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(past=WORLDS, other=WORLDS)
def test_whatever_becomes_known_later_changes_no_row_of_before(tmp_path: Path, past: World, other: World) -> None:
    before = rows_of(past, tmp_path)
    after = rows_of(past.up_to(CUT).besides(other, CUT), tmp_path)

    cut = int(CUT.timestamp()) * 1_000_000
    until = [key for key in before if key[1] <= cut]
    assert until
    assert sorted(key for key in after if key[1] <= cut) == sorted(until)
    for key in until:
        assert {name: after[key][name] for name in KNOWN_AT_ONCE} == {name: before[key][name] for name in KNOWN_AT_ONCE}


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(past=WORLDS, other=WORLDS)
def test_labels_and_suggestions_of_rows_whose_horizon_is_over_stay_as_they_are(
    tmp_path: Path, past: World, other: World
) -> None:
    """But for a transaction that arrives later still, which no label can wait for: here all arrive at once."""
    past, other = (World(*([each._replace(late=0) for each in events] for events in world)) for world in (past, other))
    before = rows_of(past, tmp_path)
    after = rows_of(past.up_to(CUT).besides(other, CUT), tmp_path)

    over = [key for key in before if key[1] + int(HORIZON) * 1_000_000 <= int(CUT.timestamp()) * 1_000_000]
    assert over
    for key in over:
        for name in KNOWN_AFTER_THE_HORIZON:
            assert after[key][name] == before[key][name], name
