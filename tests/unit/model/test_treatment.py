from __future__ import annotations

import numpy as np

from divisa.adapters.csv.owned import Owned
from divisa.adapters.csv.suggestions import Suggestions
from divisa.domain.evaluation import Decision
from divisa.domain.pair import Pair
from model.rows import Rows
from model.treatment import Treatment, treatment

HOUR = 3_600_000_000
NOON = 1000 * 24 * HOUR


def told(*suggestions: tuple[int, float, bool, bool, float], rows: list[tuple[int, float]]) -> Treatment:
    """Suggestions as (owner, hours after noon, buy, told, propensity); rows as (owner, hours after noon)."""
    owner, hours, buy, sent, propensity = (np.array(column) for column in zip(*suggestions, strict=True))
    at = (NOON + hours * HOUR).astype(np.int64)
    to = Owned(["?"], [Pair("USD", "MXN")], np.zeros(len(at), np.int32), np.zeros(len(at), np.int32), at)
    whose, when = (np.array(column) for column in zip(*rows, strict=True))
    n = len(whose)
    asked = Rows(whose, (NOON + when * HOUR).astype(np.int64), np.zeros(n, np.int8), np.ones(n))
    return treatment(Suggestions(to, buy, sent, propensity), owner, asked)


def test_a_row_is_moved_by_what_was_said_in_the_day_before_it_or_after_it() -> None:
    found = told((0, 0.0, True, True, 0.8), rows=[(0, -24.0), (0, -23.9), (0, 0.0), (0, 23.9), (0, 24.0)])

    assert found.suggested.tolist() == [Decision.HOLD, Decision.BUY, Decision.BUY, Decision.BUY, Decision.HOLD]
    assert found.told.tolist() == [False, True, True, True, False]
    assert np.isnan(found.propensities).tolist() == [True, False, False, False, True]


def test_of_several_the_nearest_counts_and_of_two_equally_near_the_earlier() -> None:
    early = (0, -6.0, True, True, 0.1), (0, -2.0, False, True, 0.2)
    late = (0, 2.0, True, False, 0.3), (0, 3.0, False, True, 0.4)

    found = told(*early, *late, rows=[(0, -5.0), (0, 0.0), (0, 1.0), (0, 9.0)])

    assert found.propensities.tolist() == [np.float32(p) for p in (0.1, 0.2, 0.3, 0.4)]


def test_of_several_at_one_instant_the_first_of_the_file_counts() -> None:
    said = [(0, 1.0, True, False, 0.1), (0, 1.0, False, True, 0.2)]

    assert told(*said, rows=[(0, 0.0), (0, 2.0)]).propensities.tolist() == [np.float32(0.1)] * 2


def test_what_somebody_else_was_told_moves_nobody() -> None:
    said = [(0, -1.0, True, True, 0.5), (2, 1.0, True, True, 0.5), (-1, 0.0, True, True, 0.5)]

    found = told(*said, rows=[(0, 0.0), (1, 0.0), (2, 0.0)])

    assert found.told.tolist() == [True, False, True]


def test_without_suggestions_nobody_was_told_anything() -> None:
    nobody = Rows(np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int8), np.ones(2))

    found = treatment(None, np.empty(0, np.int64), nobody)

    assert (found.suggested.tolist(), found.told.tolist()) == ([0, 0], [False, False])
    assert np.isnan(found.propensities).all()
