"""A small model, a few people and a short day for the benchmark of a trading day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from bench.bands import Model
from bench.ticks.day import Day, folded, quoted
from bench.ticks.people import World, summaries_at, world_of
from divisa.domain.columns import Array, stack
from divisa.domain.features import Question, question
from divisa.domain.market import MarketView, view
from model.bands import Bands, bands, flatten
from tests.unit.model.bands.builders import widened

FIRST = datetime(2024, 7, 9, tzinfo=UTC)
USERS = 60


@cache
def a_day(ticks: int = 600) -> Day:
    """A day that swings by some percent in a few hundred ticks, half a minute apart."""
    chances = np.random.default_rng(1)
    swing = 0.02 * np.sin(np.arange(ticks) / 60.0)
    quotes = quoted(2.88 + swing + chances.normal(0.0, 0.0004, ticks), FIRST, timedelta(seconds=30))
    past = [(FIRST.timestamp() - 900.0 * ago, 2.88 + float(chances.normal(0.0, 0.01))) for ago in range(2000, 0, -1)]
    return Day(quotes, np.array([quote.log_mid for quote in quotes]), folded(iter(past)), "a test")


@cache
def a_model() -> Model:
    """A few trees that say BUY below and SELL above what people are used to, with the noise of too few rows."""
    day, chances = a_day(), np.random.default_rng(2)
    market = view(day.before)
    asked = question(
        summaries_at(600, day),
        stack(MarketView[Array], [market]),
        at=np.array([market.as_of]),
        x=2.88 + chances.normal(0.0, 0.02, 600),
    )
    pull = asked.features()[:, 0] * 40.0 + chances.normal(0.0, 0.5, 600)
    labels = np.where(pull > 0.6, 2, np.where(pull < -0.6, 1, 0))
    classifier = HistGradientBoostingClassifier(max_iter=8, max_leaf_nodes=7, early_stopping=False, random_state=0)
    classifier.fit(asked.features(), labels)
    return Model(classifier, flatten(classifier), 1.0, (0.4, 0.4))


def exact(asked: Question) -> Bands:
    """What the model says."""
    model = a_model()
    return bands(model.ensemble, model.temperature, model.thresholds, *asked)


def too_wide(asked: Question) -> Bands:
    """What the model says, and edges that are wrong by a fifth of a percent."""
    return widened(exact(asked), 0.002)


def a_world(*, is_exact: bool = True, users: int = USERS) -> World:
    """People of whom nobody has been evaluated."""
    return world_of(users, a_day(), exact if is_exact else too_wide)
