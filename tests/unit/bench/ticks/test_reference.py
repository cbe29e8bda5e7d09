from __future__ import annotations

import numpy as np
import pytest

from bench.ticks.people import summaries_at
from bench.ticks.reference import HALVINGS, Line, cuts_of, said, thresholds_of
from divisa.domain.bands import Band
from divisa.domain.columns import Array, stack
from divisa.domain.evaluation import Decision
from divisa.domain.features import Question, question
from divisa.domain.market import MarketView, view
from tests.unit.bench.ticks.builders import a_day, a_model, exact

WINDOW = (2.8, 2.96)


def asked(users: int = 40) -> Question:
    market = view(a_day().before)
    people = summaries_at(users, a_day())
    return question(people, stack(MarketView[Array], [market]), at=np.array([market.as_of]), x=np.array([2.88]))


def test_the_line_of_a_user_is_what_the_search_for_bands_finds() -> None:
    everybody, found = asked(), 0
    for row, x in enumerate(np.linspace(2.84, 2.92, len(everybody.x)).tolist()):
        line = Line(a_model(), everybody.part([row]), thresholds_of(a_model()), WINDOW)
        decision, band = line.around(x, margin=0.0)
        told = exact(everybody.part([row]).at(x))
        assert decision == told.decision[0]
        for edge, expected in ((band.lower, told.lower[0]), (band.upper, told.upper[0])):
            if WINDOW[0] < expected < WINDOW[1]:
                found += 1
                assert edge == expected
            else:
                assert np.isinf(edge)
    assert found > 20


def test_a_cut_is_the_first_price_above_a_threshold() -> None:
    user = asked(1)
    model = a_model()
    cuts = cuts_of(user, thresholds_of(model), WINDOW)
    assert len(cuts) > 10
    assert cuts[0] == WINDOW[0]
    assert (np.diff(cuts) > 0).all()
    one = user.part([0] * len(cuts))
    here, before = one.at(cuts).features(), one.at(np.nextafter(cuts, -np.inf)).features()
    assert ((here != before).any(axis=1))[1:].all()


class Steps(Line):
    """A line that is made up."""

    def __init__(self, edges: list[float], decisions: list[Decision]) -> None:
        self._edges, self._decisions = edges, decisions


def test_a_side_goes_on_behind_a_gap_that_is_narrower_than_the_margin() -> None:
    hold, buy, sell = Decision
    line = Steps([1.0, 1.1, 1.2, 1.21, 1.3, 1.31, 1.5], [buy, hold, sell, hold, sell, hold, sell, buy])
    assert line.around(1.25, margin=0.05) == (sell, Band(1.1, 1.5))
    assert line.around(1.25, margin=0.001) == (sell, Band(1.21, 1.3))
    assert line.around(1.205, margin=0.05) == (hold, Band(1.2, 1.21))
    assert line.around(0.5, margin=0.05) == (buy, Band(-np.inf, 1.0))
    assert line.around(1.5, margin=0.05) == (buy, Band(1.5, np.inf))


def test_the_halvings_reach_neighbouring_numbers() -> None:
    assert (WINDOW[1] - WINDOW[0]) / 2.0**HALVINGS < np.nextafter(WINDOW[0], 3.0) - WINDOW[0]


def test_what_scikit_learn_says_is_what_the_bands_say() -> None:
    everybody = asked()
    assert said(a_model(), everybody).tolist() == exact(everybody).decision.tolist()
    assert len(set(said(a_model(), everybody).tolist())) > 1


@pytest.mark.parametrize("feature", [0, 4])
def test_thresholds_are_those_of_the_trees(feature: int) -> None:
    assert len(thresholds_of(a_model())[feature]) > 0
