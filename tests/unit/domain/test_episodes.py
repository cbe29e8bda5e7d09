from __future__ import annotations

from datetime import timedelta
from math import inf, nextafter

from hypothesis import given
from hypothesis import strategies as st

from divisa.domain.bands import EVERYWHERE, NOWHERE, Band
from divisa.domain.episodes import Visit, VisitRules, follow, watched
from divisa.domain.evaluation import Decision
from divisa.domain.transaction import Side
from tests.builders import WEDNESDAY

RULES = VisitRules(margin=0.01, rest=timedelta(hours=24))
HOUR = timedelta(hours=1)


class Steps:
    """A model that a user meets on a line of log prices: decisions between sorted edges."""

    def __init__(self, edges: list[float], decisions: list[Decision]) -> None:
        self.edges, self.decisions = edges, decisions

    def at(self, x: float) -> tuple[Decision, Band]:
        place = sum(edge <= x for edge in self.edges)
        low = high = place
        while low > 0 and self.decisions[low - 1] is self.decisions[place]:
            low -= 1
        while high < len(self.edges) and self.decisions[high + 1] is self.decisions[place]:
            high += 1
        lower = self.edges[low - 1] if low else -inf
        return self.decisions[place], Band(lower, self.edges[high] if high < len(self.edges) else inf)

    def around(self, x: float, margin: float) -> tuple[Decision, Band, Band]:
        """The decision, where it is decided but for narrow gaps, and where there is nothing new to say."""
        decision, band = self.at(x)
        reach = quiet = band
        while decision is not Decision.HOLD:
            sides = [self.at(nextafter(reach.lower, -inf)), self.at(reach.upper)]
            below, above = (each if each[0] is Decision.HOLD else (each[0], reach) for each in sides)
            quiet = Band(min(reach.lower, below[1].lower), max(reach.upper, above[1].upper))
            wider = reach
            if 0 < reach.lower - quiet.lower < margin and self.at(nextafter(quiet.lower, -inf))[0] is decision:
                wider = Band(self.at(nextafter(quiet.lower, -inf))[1].lower, wider.upper)
            if 0 < quiet.upper - reach.upper < margin and self.at(quiet.upper)[0] is decision:
                wider = Band(wider.lower, self.at(quiet.upper)[1].upper)
            if wider == reach:
                break
            reach = wider
        return decision, reach, quiet


SELL_ABOVE = Steps([1.0], [Decision.HOLD, Decision.SELL])


def sides_told(model: Steps, path: list[float], *, only_when_broken: bool = False) -> list[tuple[int, Side]]:
    """Which ticks of a path told a side, evaluating at each tick or only at those that break the watched band."""
    visit: Visit | None = None
    band, told = NOWHERE, []
    for number, x in enumerate(path):
        if only_when_broken and not band.broken_by(x, x):
            continue
        decision, reach, quiet = model.around(x, RULES.margin)
        visit, is_new = follow(visit, decision, reach, x, WEDNESDAY + number * HOUR, RULES)
        band = watched(visit, quiet)
        if is_new:
            assert decision.side is not None
            told.append((number, decision.side))
    return told


def test_a_price_that_crosses_an_edge_tells_once() -> None:
    assert sides_told(SELL_ABOVE, [0.9, 1.1, 1.2, 1.3]) == [(1, Side.SELL)]


def test_a_price_that_trembles_at_an_edge_pays_one_visit() -> None:
    assert sides_told(SELL_ABOVE, [0.9, 1.001, 0.999, 1.002, 0.995, 1.001]) == [(1, Side.SELL)]


def test_a_price_that_left_the_margin_and_comes_back_is_a_new_visit() -> None:
    assert sides_told(SELL_ABOVE, [0.9, 1.001, 0.98, 1.002]) == [(1, Side.SELL), (3, Side.SELL)]


def test_the_margin_ends_at_a_representable_price() -> None:
    end = 1.0 - RULES.margin
    assert len(sides_told(SELL_ABOVE, [1.1, end, 1.1])) == 1
    assert len(sides_told(SELL_ABOVE, [1.1, nextafter(end, -inf), 1.1])) == 2


def test_a_price_that_trembles_at_an_edge_is_evaluated_once() -> None:
    decision, reach, quiet = SELL_ABOVE.around(1.001, RULES.margin)
    visit, _ = follow(None, decision, reach, 1.001, WEDNESDAY, RULES)
    assert watched(visit, quiet) == Band(1.0 - RULES.margin, inf)


def test_what_holds_back_for_less_than_the_margin_does_not_part_a_side() -> None:
    near, far = (
        Steps([1.0, 1.1, 1.1 + gap], [Decision.HOLD, Decision.SELL, Decision.HOLD, Decision.SELL])
        for gap in (0.009, 0.011)
    )
    assert near.around(1.05, RULES.margin)[1:] == (Band(1.0, inf), Band(-inf, inf))
    assert far.around(1.05, RULES.margin)[1:] == (Band(1.0, 1.1), Band(-inf, 1.111))


def test_a_side_that_is_still_decided_near_by_has_not_been_left() -> None:
    visit, _ = follow(None, Decision.SELL, Band(1.0, inf), 1.001, WEDNESDAY, RULES)
    for days in range(1, 4):
        visit, _ = follow(visit, Decision.HOLD, Band(0.9, 1.0), 0.995, WEDNESDAY + timedelta(days=days), RULES)
    assert follow(visit, Decision.SELL, Band(1.0, inf), 1.0, WEDNESDAY + timedelta(days=9), RULES) == (visit, False)


def test_a_side_that_was_left_for_a_rest_is_new_even_where_no_price_ends_it() -> None:
    payday, other_day = (Decision.SELL, EVERYWHERE), (Decision.HOLD, EVERYWHERE)
    visit, is_new = follow(None, *payday, 1.0, WEDNESDAY, RULES)
    assert is_new
    visit, _ = follow(visit, *other_day, 1.0, WEDNESDAY + HOUR, RULES)
    _, too_soon = follow(visit, *payday, 1.0, WEDNESDAY + 24 * HOUR, RULES)
    _, rested = follow(visit, *payday, 1.0, WEDNESDAY + 25 * HOUR, RULES)
    assert (too_soon, rested) == (False, True)


def test_a_decision_that_stands_while_the_market_moves_says_nothing_more() -> None:
    visit, _ = follow(None, Decision.SELL, Band(1.0, 1.1), 1.05, WEDNESDAY, RULES)
    moved, is_new = follow(visit, Decision.SELL, Band(1.15, 1.3), 1.2, WEDNESDAY + HOUR, RULES)
    assert not is_new
    assert moved == Visit(Side.SELL, Band(1.15, 1.3).widened(RULES.margin))


def test_the_other_side_is_a_visit_of_its_own() -> None:
    model = Steps([0.9, 1.0], [Decision.BUY, Decision.HOLD, Decision.SELL])
    assert sides_told(model, [0.95, 1.05, 0.85, 1.05]) == [(1, Side.SELL), (2, Side.BUY), (3, Side.SELL)]


lines = st.lists(st.floats(0.8, 1.2), min_size=0, max_size=6, unique=True).map(sorted)


@given(lines, st.data())
def test_watching_the_band_tells_what_evaluating_every_tick_tells(edges: list[float], data: st.DataObject) -> None:
    decisions = data.draw(st.lists(st.sampled_from(Decision), min_size=len(edges) + 1, max_size=len(edges) + 1))
    model = Steps(edges, decisions)
    near = [x for edge in edges for x in (edge, nextafter(edge, -inf), edge - RULES.margin, edge + RULES.margin)]
    ticks = st.floats(0.7, 1.3) | st.sampled_from(near) if near else st.floats(0.7, 1.3)
    path = data.draw(st.lists(ticks, max_size=40))
    assert sides_told(model, path, only_when_broken=True) == sides_told(model, path)


def test_a_band_is_broken_by_a_batch_that_reaches_an_edge() -> None:
    band = Band(1.0, 2.0)
    assert not band.broken_by(1.0, nextafter(2.0, -inf))
    assert band.broken_by(1.0, 2.0)
    assert band.broken_by(nextafter(1.0, -inf), 1.5)
    assert NOWHERE.broken_by(1.5, 1.5)
    assert not EVERYWHERE.broken_by(-1e300, 1e300)
