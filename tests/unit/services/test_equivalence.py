"""Watching bands tells what evaluating everyone at every price tells, through the services, for ensembles of any kind.

The reference asks scikit-learn itself; its bands are found by asking it in every piece of each user's line.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain.behaviour import NEWCOMER, BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.decision import Cause
from divisa.domain.episodes import VisitRules
from divisa.domain.features import PRICE_FEATURE_NAMES, Question, feature_matrix
from divisa.domain.market import MarketState, MarketView, view
from divisa.domain.policy import PolicyRules
from divisa.services.apply_quotes import Candidates, everyone
from divisa.services.evaluate_users import EvaluateUsers
from model.bands import Bands, bands, flatten
from model.bands.users import users_of
from tests.around import Band, around
from tests.builders import USD_MXN, WEDNESDAY, a_market_state, a_quote, a_summary
from tests.unit.model.bands.builders import KINDS, Fitted, Line, said_by_sklearn, true_lines, widened
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from divisa.domain.suggestion import Suggestion

pytestmark = pytest.mark.usefixtures("one_thread")
PRICE = len(PRICE_FEATURE_NAMES)
USERS = 8
NO_COOLDOWN = PolicyRules(cooldown=timedelta(0), max_quote_age=timedelta(days=1), min_gain=None, holdout_share=0.0)
TEMPERATURES = st.sampled_from([0.3, 1.0, 2.0])
THRESHOLDS = st.tuples(st.floats(0.15, 0.7), st.floats(0.15, 0.7))


def some_people(seed: int, count: int) -> list[BehaviourSummary[float]]:
    """People of all kinds who bought and sold around 17, among them newcomers."""
    chances = np.random.default_rng(seed)
    people = []
    for _ in range(count):
        prices = chances.normal(2.833, 0.02, size=3).tolist()
        sold = chances.random() < 0.6
        summary = a_summary(
            cost=exp(chances.normal(2.833, 0.02)),
            last_buy=prices[0],
            usual_buy=prices[1],
            last_sell=prices[2] if sold else float("nan"),
            sells=float(chances.integers(1, 9)) if sold else 0.0,
            buys=float(chances.integers(1, 20)),
            position=float(chances.random() * 500),
            buy_level=float(chances.random()),
            mean_gap=float(chances.random() * 30),
        )
        people.append(NEWCOMER if chances.random() < 0.1 else summary)
    return people


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Small calls on few rows: more threads than one would only wait for each other."""
    with threadpool_limits(1):
        yield


@cache
def a_market() -> MarketState:
    """A market that has seen some days."""
    state = a_market_state("17.00", at=WEDNESDAY)
    return replace(state, ewma_1h=2.832, ewma_1d=2.83, ewma_7d=2.828, ewma_30d=2.84, squares=0.003, elapsed=30.0)


@cache
def fitted_on_features(kind: str, *, missing: bool) -> Fitted:
    """An ensemble of a kind that was trained on the project's own features, with labels that no line can tell apart."""
    chances = np.random.default_rng(len(kind))
    users = stack(BehaviourSummary[Array], some_people(5, 600))
    market = stack(MarketView[Array], [view(a_market())])
    x = chances.normal(2.833, 0.02, size=600)
    features = feature_matrix(users, market, np.array([WEDNESDAY.timestamp()]), x)
    nobody = np.isnan(features).all(axis=0)
    features[:, nobody] = chances.normal(size=(600, int(nobody.sum())))
    known = np.nan_to_num(features)
    pull = (
        60.0 * known[:, 0] * np.sign(known[:, 9:].sum(axis=1) - 30.0) + np.sin(90.0 * known[:, 1]) + known[:, 4] / 4.0
    )
    labels = np.where(pull > 0.8, 2, np.where(pull < -0.8, 1, 0))
    if missing:
        features[chances.random(features.shape) < 0.1] = np.nan
    classifier = HistGradientBoostingClassifier(early_stopping=False, random_state=0, **KINDS[kind])
    classifier.fit(features, labels)
    return Fitted(classifier, flatten(classifier))


class Rule(NamedTuple):
    """What makes a decision of an ensemble's scores."""

    temperature: float
    thresholds: tuple[float, float]


def a_world(people: list[BehaviourSummary[float]], scorer: MemoryScorer) -> World:
    world = World({f"u-{number}": None for number in range(len(people))}, rules=NO_COOLDOWN, visits=VisitRules(0.001))
    world.summaries.put_many(USD_MXN, {f"u-{number}": each for number, each in enumerate(people)})
    world.clock.set(WEDNESDAY)
    world.suggest = replace(world.suggest, clock=world.clock)
    world.decide = replace(world.decide, evaluate=EvaluateUsers(world.summaries, scorer), suggest=world.suggest)
    return world


def told(world: World, candidates: Candidates, path: list[float]) -> tuple[list[Suggestion], int]:
    """The suggestions that a path of log prices causes while states stay what they are, and how many were evaluated."""
    evaluated = 0
    for number, x in enumerate(path):
        quote = a_quote(Decimal(repr(exp(x))), at=WEDNESDAY + number * timedelta(hours=1), sequence=number + 1)
        found = [watch for page in candidates(USD_MXN, quote.log_mid, quote.log_mid) for watch in page]
        if found:
            evaluated += world.decide(quote, a_market(), found, Cause.BROKEN).evaluated
    return world.recorded(), evaluated


def watching(model: Fitted, rule: Rule, people: list[BehaviourSummary[float]]) -> World:
    return a_world(people, MemoryScorer(lambda asked: bands(model.ensemble, *rule, *asked)))


def asking_scikit_learn(model: Fitted, rule: Rule, people: list[BehaviourSummary[float]]) -> World:
    lines: dict[bytes, Line] = {}  # A user's line is the same at every price, while states stay what they are.

    def band(asked: Question) -> Band:
        users = users_of(model.ensemble, *asked[:4])
        keys = [b"".join(column[row].tobytes() for column in users[1:]) for row in range(len(users.x))]
        new = [row for row, key in enumerate(keys) if key not in lines]
        if new:
            found = true_lines(model, users_of(model.ensemble, *(column[new] for column in users)), *rule)
            lines.update(zip((keys[row] for row in new), found, strict=True))
        decision = said_by_sklearn(model.classifier, users, *rule)
        around_x = [lines[key].around(x, said) for key, x, said in zip(keys, users.x, decision, strict=True)]
        probabilities = bands(model.ensemble, *rule, *asked[:4]).probabilities
        return Band(probabilities, decision, *np.array(around_x).T)

    return a_world(people, MemoryScorer(lambda asked: around(band, asked)))


def a_path(seed: int, length: int, edges: list[float]) -> list[float]:
    """Prices that wander, jump, and sit on edges and next to them."""
    chances = np.random.default_rng(seed)
    walk = 2.833 + np.cumsum(chances.normal(scale=0.004, size=length))
    jumps = chances.random(length) < 0.1
    walk[jumps] += chances.normal(scale=0.03, size=int(jumps.sum()))
    if edges:
        near = chances.random(length) < 0.3
        walk[near] = chances.choice(edges, int(near.sum()))
        below = chances.random(length) < 0.3
        walk[below] = np.nextafter(walk[below], -np.inf)
    return [float(x) for x in walk]


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    missing=st.booleans(),
    temperature=TEMPERATURES,
    thresholds=THRESHOLDS,
    seed=st.integers(0, 2**32 - 1),
)
def test_watching_bands_suggests_what_evaluating_everyone_suggests(
    kind: str, missing: bool, temperature: float, thresholds: tuple[float, float], seed: int
) -> None:
    model, rule, people = (
        fitted_on_features(kind, missing=missing),
        Rule(temperature, thresholds),
        some_people(seed, USERS),
    )
    probe = watching(model, rule, people)
    probe.decide(a_quote("17.00"), a_market(), [probe.watch(user) for user in probe.costs], Cause.BROKEN)
    edges = [edge for user in probe.costs for edge in (probe.watch(user).band.lower, probe.watch(user).band.upper)]
    path = a_path(seed, 30, [edge for edge in edges if np.isfinite(edge)])

    world, reference = watching(model, rule, people), asking_scikit_learn(model, rule, people)
    suggestions, evaluated = told(world, world.watches.broken, path)
    expected, everybody = told(reference, everyone(reference.watches), path)

    assert suggestions == expected
    assert evaluated <= everybody == USERS * len(path)
    assert [world.watch(user).visit for user in world.costs] == [
        reference.watch(user).visit for user in reference.costs
    ]
    assert [world.watch(user).episode for user in world.costs] == [
        reference.watch(user).episode for user in reference.costs
    ]


def test_the_comparison_is_about_something() -> None:
    model, rule = fitted_on_features("usual", missing=True), Rule(1.0, (0.4, 0.4))
    people = some_people(1, 40)
    path = a_path(3, 60, [])
    world = watching(model, rule, people)
    suggestions, evaluated = told(world, world.watches.broken, path)
    assert len(suggestions) > 40
    assert len({each.side for each in suggestions}) == 2
    assert max(each.episode for each in suggestions) > 2
    assert evaluated < len(people) * len(path) / 2


def test_a_band_that_is_too_wide_is_found_out() -> None:
    model, rule, people = fitted_on_features("usual", missing=False), Rule(1.0, (0.4, 0.4)), some_people(1, 40)
    path = a_path(3, 60, [])

    def too_wide(asked: Question) -> Bands:
        return widened(bands(model.ensemble, *rule, *asked), 0.002)

    wide, exact = a_world(people, MemoryScorer(too_wide)), watching(model, rule, people)
    assert told(wide, wide.watches.broken, path)[0] != told(exact, exact.watches.broken, path)[0]
