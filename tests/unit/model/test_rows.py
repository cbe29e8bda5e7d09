from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from divisa.domain.behaviour import Trades
from divisa.domain.evaluation import Decision
from divisa.domain.market import DAY
from model.ledger_history import Ledger
from model.matrix import Part
from model.rows import Rows, sample_rows

MONDAY = int(datetime(2024, 1, 8, tzinfo=UTC).timestamp() // DAY)
WEEKDAYS = np.array([MONDAY, MONDAY + 1, MONDAY + 2, MONDAY + 3, MONDAY + 4, MONDAY + 7, MONDAY + 8])


def ledger(*trades: tuple[int, float, str]) -> Ledger:
    """Trades as (owner, days after Monday 00:00, side)."""
    owner, days, side = zip(*trades, strict=True)
    at = np.array([(MONDAY + after) * DAY for after in days])
    return Ledger(
        np.array(owner, dtype=np.int64),
        Trades(
            at=at,
            buy=np.array([float(one == "BUY") for one in side]),
            quantity=np.ones(len(at)),
            price=np.full(len(at), 17.0),
        ),
    )


def rows_of(ledger: Ledger, *, max_rows: int = 1000, seed: int = 0, owners: int = 1) -> Rows:
    return sample_rows(
        ledger,
        [WEEKDAYS] * owners,
        np.zeros(owners, dtype=np.bool_),
        WEEKDAYS,
        np.full(len(WEEKDAYS), Part.FIT, dtype=np.int8),
        max_rows=max_rows,
        seed=seed,
    )


def test_a_row_is_labelled_with_the_first_transaction_of_its_24_hours() -> None:
    rows = rows_of(ledger((0, 0.4, "BUY"), (0, 2.5, "SELL"), (0, 2.6, "BUY"), (0, 7.9, "BUY")))

    labels = dict(zip((rows.day - MONDAY).tolist(), rows.label.tolist(), strict=True))
    assert labels == {
        1: Decision.HOLD,
        2: Decision.SELL,
        3: Decision.HOLD,
        4: Decision.HOLD,
        7: Decision.BUY,
        8: Decision.HOLD,
    }


def test_a_transaction_at_midnight_is_of_the_day_that_begins() -> None:
    rows = rows_of(ledger((0, 0.4, "BUY"), (0, 2.0, "SELL")))

    assert rows.label[rows.day == MONDAY + 1].tolist() == [Decision.HOLD]
    assert rows.label[rows.day == MONDAY + 2].tolist() == [Decision.SELL]
    assert rows.newest[rows.day == MONDAY + 2].tolist() == [0]  # not yet part of what is known


def test_users_have_rows_only_after_their_first_transaction() -> None:
    rows = rows_of(ledger((0, 0.0, "BUY"), (1, 3.0, "BUY"), (1, 7.5, "SELL")), owners=2)

    assert (rows.day[rows.owner == 0] - MONDAY).tolist() == [1, 2, 3, 4, 7, 8]
    assert (rows.day[rows.owner == 1] - MONDAY).tolist() == [4, 7, 8]
    assert rows.newest[rows.owner == 1].tolist() == [1, 1, 2]


@pytest.mark.parametrize("seed", [0, 1])
def test_thinning_keeps_about_as_many_rows_as_asked_for_the_same_ones_for_the_same_seed(seed: int) -> None:
    many = ledger(*((owner, 0.5, "BUY") for owner in range(500)))

    rows = rows_of(many, max_rows=1000, seed=seed, owners=500)

    assert 900 < len(rows.day) < 1100
    assert np.array_equal(rows.day, rows_of(many, max_rows=1000, seed=seed, owners=500).day)
    assert not np.array_equal(rows.day[:50], rows_of(many, max_rows=1000, seed=seed + 1, owners=500).day[:50])
