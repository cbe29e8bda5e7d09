"""What the model says of one user, until which price, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.errors import InvalidInput, ScorerUnavailable, UnknownPair
from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_NAMES, Question, question
from divisa.domain.market import MarketView
from divisa.domain.pair import Pair
from divisa.services import explain
from divisa.services.evaluate_users import EvaluateUsers
from divisa.services.explain import MARKET_LINES, MARKET_MOOD, SAMPLE, Explain
from tests.around import Answer
from tests.builders import USD_MXN, WEDNESDAY, a_market_view, a_quote, a_summary, a_watch
from tests.unit.services.world import EDGE, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from divisa.domain.evaluation import Watch
    from divisa.ports import Scores
    from divisa.services.explain import Explanation

USD_BRL = Pair("USD", "BRL")


def selling_by(
    log_odds: Callable[[dict[str, NDArray[np.float64]]], NDArray[np.float64]],
) -> Callable[[Question], Answer]:
    """A model that tells everybody at every price to sell, and of which the log-odds of selling are a formula."""

    def answer(asked: Question) -> Answer:
        features = dict(zip(FEATURE_NAMES, asked.features().T.astype(np.float64), strict=True))
        sell = 1.0 / (1.0 + np.exp(-np.clip(log_odds(features), -700, 700)))
        n = len(asked.x)
        probabilities = np.column_stack([1.0 - sell, np.zeros(n), sell])
        edges = np.full(n, -np.inf), np.full(n, np.inf)
        return Answer(probabilities, np.full(n, 2, np.int8), *edges, *edges, *edges)

    return answer


class RecordingScorer(MemoryScorer):
    """Remembers what it was asked."""

    def __init__(self, answer: Callable[[Question], Answer]) -> None:
        super().__init__(answer)
        self.asked: list[Question] = []

    def score(self, asked: Question) -> Scores:
        self.asked.append(asked)
        return super().score(asked)


def explained(world: World, user_id: str = "ana", scorer: MemoryScorer | None = None) -> Explanation:
    evaluate = EvaluateUsers(world.summaries, scorer or world.scorer)
    return Explain(world.pairs, world.markets, world.watches, evaluate)(user_id, USD_MXN)


def a_world(mid: str = "17.05", **costs: float | None) -> World:
    """A market that rose for a week to a price, with people who bought at these costs."""
    world = World(costs=costs or {"ana": 17.0, "bea": 16.8, "eva": 17.3})
    for days, earlier in ((7, "16.90"), (6, "17.00"), (1, "16.95")):
        world.receive(a_quote(earlier, at=WEDNESDAY - timedelta(days=days), sequence=8 - days))
    world.receive(a_quote(mid, sequence=9))
    return world


def test_it_says_what_the_model_says_now_and_beyond_both_edges() -> None:
    found = explained(a_world())

    assert found.now.decision is Decision.HOLD
    assert found.now.x == log(17.05)
    assert exp(found.band.lower) == pytest.approx(17.0 * exp(-EDGE))
    assert exp(found.band.upper) == pytest.approx(17.0 * exp(EDGE))
    assert found.below is not None
    assert found.above is not None
    assert (found.below.decision, found.above.decision) == (Decision.BUY, Decision.SELL)
    assert (found.below.x, found.above.x) == (np.nextafter(found.band.lower, -np.inf), found.band.upper)
    assert found.above.probabilities == {Decision.HOLD: 0.15, Decision.BUY: 0.15, Decision.SELL: 0.7}
    assert found.model_version == "m-1"


def test_where_the_band_has_no_end_nothing_lies_beyond() -> None:
    selling = explained(a_world("17.40"))
    assert selling.now.decision is Decision.SELL
    assert selling.below is not None
    assert selling.below.decision is Decision.HOLD
    assert selling.above is None

    newcomer = explained(a_world(ana=None, bea=17.0))
    assert (newcomer.below, newcomer.above, newcomer.now.decision) == (None, None, Decision.HOLD)


def test_it_shows_the_watch_as_it_is_and_writes_nothing() -> None:
    world = a_world()
    before = world.watch()

    assert explained(world).watch == before
    assert world.watch() == before
    assert explained(world).quote.event_time == WEDNESDAY


def test_the_weight_of_a_feature_is_the_evidence_lost_when_it_is_as_others_have_it() -> None:
    world = a_world(ana=17.0, bea=16.0, eva=18.0, ida=19.0)
    sizes = {"ana": 50.0, "bea": 100.0, "eva": 200.0, "ida": 400.0}
    world.summaries.put_many(
        USD_MXN,
        {user: a_summary(cost=cost or 0, size=sizes[user], position=400.0) for user, cost in world.costs.items()},
    )
    model = MemoryScorer(selling_by(lambda f: 30.0 * f["log_price_over_cost"] - 0.5 * f["holding"]))

    found = explained(world, scorer=model)

    mean_cost = np.mean(np.log([16.0, 18.0, 19.0]))
    mean_holding = np.mean(np.log1p([4.0, 2.0, 1.0]))
    by_name = {each.feature: each for each in found.weights}
    assert [each.feature for each in found.weights] == ["log_price_over_cost", "holding"]
    assert by_name["log_price_over_cost"].weight == pytest.approx(30.0 * (mean_cost - log(17.0)), abs=1e-4)
    assert by_name["log_price_over_cost"].value == pytest.approx(log(17.05 / 17.0), abs=1e-6)
    assert by_name["holding"].weight == pytest.approx(-0.5 * (np.log1p(8.0) - mean_holding), abs=1e-4)
    assert found.others == 3


def test_a_feature_of_the_market_is_weighed_against_other_prices_of_thirty_days() -> None:
    world = a_world()
    state = world.markets.load(USD_MXN).market
    assert state is not None
    middle = (log(16.90) + log(17.05)) / 2

    found = explained(world, scorer=MemoryScorer(selling_by(lambda f: f["range_position"])))
    assert [(each.feature, each.value) for each in found.weights] == [("range_position", 1.0)]
    assert found.weights[0].weight == pytest.approx(0.5, abs=1e-5)

    # Two that go together still count one by one.
    found = explained(world, scorer=MemoryScorer(selling_by(lambda f: 0.01 * (f["z_1h"] - 2 * f["z_30d"]))))
    slope = found.weights[0].value / (log(17.05) - state.ewma_30d)
    assert {each.feature: each.weight for each in found.weights} == {
        "z_30d": pytest.approx(-0.02 * slope * (log(17.05) - middle), rel=1e-4),
        "z_1h": pytest.approx(0.01 * slope * (log(17.05) - middle), rel=1e-4),
    }


def test_at_most_three_features_are_named_the_heaviest_first_whichever_way_it_pulls() -> None:
    world = a_world(ana=17.0, bea=None)
    odds = selling_by(
        lambda f: np.nan_to_num(f["buy_level"]) + 3 * np.nan_to_num(f["buy_z"]) + f["log_trades"] + 5 * f["activity"]
    )

    found = explained(world, scorer=MemoryScorer(odds))

    assert [each.feature for each in found.weights] == ["activity", "buy_z", "log_trades"]
    assert [each.weight > 0 for each in found.weights] == [True, False, True]
    assert not explained(world, scorer=MemoryScorer(selling_by(lambda f: 0.0 * f["activity"]))).weights


def test_a_certain_model_has_finite_weights() -> None:
    found = explained(a_world(), scorer=MemoryScorer(selling_by(lambda f: 1e6 * f["log_price_over_cost"])))
    assert all(np.isfinite(each.weight) for each in found.weights)


def test_the_model_is_asked_twice_and_each_variant_differs_in_one_feature() -> None:
    costs: dict[str, float | None] = {f"u-{n:03d}": 16.0 + n / 100 for n in range(80)}
    world = a_world("17.05", **costs)
    scorer = RecordingScorer(selling_by(lambda f: f["log_price_over_cost"]))

    found = explained(world, "u-007", scorer)

    first, second = scorer.asked
    assert (found.others, len(first.x)) == (SAMPLE, SAMPLE + 1)
    assert len(second.x) == SAMPLE * (len(FEATURE_NAMES) - len(MARKET_MOOD))
    differing = (second.features() != first.features()[0]) & ~np.isnan(second.features())
    assert set(differing.sum(axis=1).tolist()) == {0, 1}
    assert (second.x == first.x[0]).all()

    again = RecordingScorer(selling_by(lambda f: f["log_price_over_cost"]))
    assert explained(world, "u-007", again).weights == found.weights


def test_no_more_watches_are_read_than_the_sample_is_chosen_from(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: dict[str, float | None] = {f"u-{n}": 17.0 for n in range(9)}
    world = a_world("17.05", **costs)
    monkeypatch.setattr(explain, "POOL", 4)
    read = []
    of_pair = world.watches.of_pair

    def counted(pair: Pair) -> Iterator[Sequence[Watch]]:
        for page in of_pair(pair):  # two watches each
            read.append(page)
            yield page

    monkeypatch.setattr(world.watches, "of_pair", counted)

    assert explained(world, "u-0").others == 4
    assert len(read) <= 3


def test_who_is_alone_is_compared_with_other_prices_only() -> None:
    found = explained(
        a_world(ana=17.0), scorer=MemoryScorer(selling_by(lambda f: f["log_price_over_cost"] + f["range_position"]))
    )
    assert ([each.feature for each in found.weights], found.others) == (["range_position"], 0)


def test_the_features_that_all_users_share_are_known_as_such() -> None:
    people = [BehaviourSummary(*np.linspace(low, 0.9, 20).tolist()) for low in (0.2, 0.3)]
    market = stack(MarketView[Array], [a_market_view()])
    asked = question(stack(BehaviourSummary[Array], people), market, np.array([0.0]), np.array([log(17.0)]))

    one, other = asked.features()

    assert {name for name, a, b in zip(FEATURE_NAMES, one, other, strict=True) if a == b} == MARKET_LINES | MARKET_MOOD


def test_what_cannot_be_explained_is_said_in_plain_words() -> None:
    world = a_world()
    world.watches.put_many([replace(a_watch("rita"), pair=USD_BRL)])
    both = Explain(frozenset([USD_MXN, USD_BRL]), world.markets, world.watches, world.evaluate)

    with pytest.raises(UnknownPair, match="USD/COP is not served here, but USD/BRL or USD/MXN"):
        both("ana", Pair("USD", "COP"))
    with pytest.raises(InvalidInput, match="there is no user nobody with a watch on USD/BRL or USD/MXN"):
        both("nobody", USD_MXN)
    with pytest.raises(InvalidInput, match="rita has no watch on USD/MXN, but on USD/BRL"):
        both("rita", USD_MXN)
    with pytest.raises(InvalidInput, match="no price of USD/BRL has come in yet"):
        both("rita", USD_BRL)


def test_two_models_are_not_mixed() -> None:
    class Promoted(MemoryScorer):
        def score(self, asked: Question) -> Scores:
            scores = super().score(asked)
            self.promotions = getattr(self, "promotions", 0) + 1
            return replace(scores, model_version=f"m-{self.promotions}")

    with pytest.raises(ScorerUnavailable, match="the model changed"):
        explained(a_world(), scorer=Promoted(selling_by(lambda f: f["activity"])))
