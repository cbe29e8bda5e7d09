from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from divisa.domain.evaluation import Decision
from model.choice import Choice
from model.ledger_history import Ledger
from model.matrix import Source
from model.rows import NEVER, Calendar, Rows, first_moments, known_before, labels, merged

MONDAY = int(datetime(2024, 1, 8, tzinfo=UTC).timestamp()) // 86_400
DAY = 86_400_000_000


def ledger(*trades: tuple[int, float, str] | tuple[int, float, str, float], owners: int = 1) -> Ledger:
    """Trades as (owner, days after Monday 00:00, side) and, if not at once, when each arrived, in that order."""
    owner = np.array([trade[0] for trade in trades], dtype=np.int64)
    at = np.array([int((MONDAY + trade[1]) * DAY) for trade in trades])
    known = np.array([int((MONDAY + trade[-1]) * DAY) if len(trade) == 4 else at[n] for n, trade in enumerate(trades)])
    return Ledger(
        starts=np.searchsorted(owner, np.arange(owners + 1)),
        at=at,
        known=known,
        buy=np.array([trade[2] == "BUY" for trade in trades]),
        quantity=np.ones(len(at)),
        price=np.full(len(at), 17.0),
    )


def rows(*moments: tuple[int, float], source: Source = Source.CALENDAR) -> Rows:
    """Rows as (owner, days after Monday 00:00)."""
    at = np.array([int((MONDAY + after) * DAY) for _, after in moments], dtype=np.int64)
    owner = np.array([owner for owner, _ in moments], dtype=np.int64)
    return Rows(owner, at, np.full(len(at), source, dtype=np.int8), np.ones(len(at)))


def test_a_row_is_labelled_with_the_first_transaction_of_its_24_hours() -> None:
    past = ledger((0, 0.4, "BUY"), (0, 2.5, "SELL"), (0, 2.6, "BUY"), (0, 7.9, "BUY"))

    found = labels(past, range(1), rows(*((0, day) for day in (1.0, 1.5, 1.6, 2.0, 2.55, 3.0, 7.0, 8.0))))

    hold, buy, sell = Decision.HOLD, Decision.BUY, Decision.SELL
    assert found.tolist() == [hold, hold, sell, sell, buy, hold, buy, hold]


def test_a_transaction_at_the_moment_of_a_row_is_its_label_and_not_yet_known() -> None:
    past, asked = ledger((0, 0.4, "BUY"), (0, 2.0, "SELL")), rows((0, 1.0), (0, 2.0))

    assert labels(past, range(1), asked).tolist() == [Decision.HOLD, Decision.SELL]
    assert known_before(past, range(1), asked).tolist() == [0, 0]


def test_what_arrives_late_is_known_late_and_labels_when_it_happened() -> None:
    past = ledger((0, 1.5, "SELL"), (0, 0.5, "BUY", 2.5))
    asked = rows((0, 0.0), (0, 1.0), (0, 2.0), (0, 3.0))

    assert labels(past, range(1), asked).tolist() == [Decision.BUY, Decision.SELL, Decision.HOLD, Decision.HOLD]
    assert known_before(past, range(1), asked).tolist() == [-1, -1, 0, 1]


def test_nobody_is_labelled_with_what_somebody_else_did() -> None:
    past = ledger((0, 0.5, "BUY"), (2, 0.5, "SELL"), owners=4)
    asked = rows((0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0))

    assert labels(past, range(4), asked).tolist() == [Decision.BUY, Decision.HOLD, Decision.SELL, Decision.HOLD]
    assert known_before(past, range(4), rows((0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0))).tolist() == [0, -1, 1, -1]


def test_a_user_may_be_a_row_from_the_opening_of_the_account_or_the_first_transaction_on() -> None:
    past = ledger((0, 0.0, "BUY"), (2, 3.0, "BUY"), (2, 4.0, "BUY"), owners=4)
    opened = np.array([NEVER, MONDAY * DAY, (MONDAY + 9) * DAY, NEVER])

    assert first_moments(past, opened).tolist() == [MONDAY * DAY + 1, MONDAY * DAY, (MONDAY + 3) * DAY + 1, NEVER]


def test_the_chosen_days_of_each_user_lie_in_the_days_that_are_open_to_them() -> None:
    days = np.arange(MONDAY, MONDAY + 5)
    since = np.array([MONDAY * DAY + 1, (MONDAY + 9) * DAY, (MONDAY + 4) * DAY])
    everything = Calendar.since([days, days + 7], np.array([0, 0, 1]), since)
    calendar = everything.between(np.full(3, MONDAY), np.array([MONDAY + 3, MONDAY + 3, MONDAY + 7]))

    found = calendar.chosen(range(3), Choice(1.0, seed=0), np.zeros(3, dtype=np.uint64))

    assert everything.counts().tolist() == [4, 0, 5]
    assert calendar.counts().tolist() == [2, 0, 0]
    assert (found.owner.tolist(), (found.at // DAY - MONDAY).tolist()) == ([0, 0], [1, 2])


def test_a_moment_at_which_the_model_was_asked_is_no_second_row_at_midnight() -> None:
    both = merged(rows((0, 1.0), (0, 2.0), (1, 2.0)), rows((0, 1.5), (0, 2.0), source=Source.DECISION))

    assert both.owner.tolist() == [0, 0, 0, 1]
    assert both.source.tolist() == [Source.CALENDAR, Source.DECISION, Source.DECISION, Source.CALENDAR]
