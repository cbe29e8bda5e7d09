"""What evaluating at every tick suggests: scikit-learn is asked about each user at each price that the day has.

While a market stands still the answer is a function of the price, so each price that occurs is asked about once; the
rules of visits then see every tick. Where a side's region ends is found by asking scikit-learn in each piece between
two prices at which some feature passes some threshold of some tree. Nothing of the search for bands has a part in it.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from divisa.domain.bands import Band
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack
from divisa.domain.episodes import follow
from divisa.domain.evaluation import Decision
from divisa.domain.features import PRICE_FEATURE_NAMES, Question, question
from divisa.domain.market import MarketView, view
from divisa.domain.suggestion import suggestion_id_of
from model.bands.rule import decide, probabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bench.bands import Model
    from bench.ticks.day import Day, Floats, Stretch
    from divisa.domain.episodes import Visit, VisitRules

AT_ONCE = 20_000
"""Rows that scikit-learn is asked about at once."""
HALVINGS = 80
"""Enough to come from any interval of log prices down to two neighbouring float64."""


class Told(NamedTuple):
    """A suggestion by its id, and the sequence of the quote that it was made at."""

    suggestion_id: str
    sequence: int


class Answers(NamedTuple):
    """What one user is told in one stretch: by price, what is decided there and how far around."""

    sides: NDArray[np.int64]
    by_price: Sequence[tuple[Decision, Band]]


def suggested(
    model: Model,
    people: Mapping[str, BehaviourSummary[float]],
    day: Day,
    stretches: Sequence[Stretch],
    visits: VisitRules,
    on_user: Callable[[int], None] = lambda done: None,
) -> set[Told]:
    """The suggestions of some users on a day, evaluated at every tick of it.

    `on_user` is told how many users and stretches are done, of all users times all stretches.

    Raises:
        AssertionError: scikit-learn says otherwise at a price than in the piece that the price lies in.
    """
    told: set[Told] = set()
    state: dict[str, tuple[Visit | None, int]] = dict.fromkeys(people, (None, 0))
    thresholds = thresholds_of(model)
    window = float(day.log_mids.min()) - 2 * visits.margin, float(day.log_mids.max()) + 2 * visits.margin
    done = 0
    for stretch in stretches:
        prices, price_of_tick = np.unique(day.log_mids[stretch.start : stretch.end], return_inverse=True)
        asked = _question(list(people.values()), stretch)
        for number, (user, decided) in enumerate(zip(people, _decisions(model, asked, prices), strict=True)):
            visit, episode = state[user]
            if visit is not None or decided.any():
                line = Line(model, asked.part([number]), thresholds, window)
                by_price = [line.around(x, visits.margin) for x in prices.tolist()]
                if [decision for decision, _ in by_price] != decided.tolist():
                    raise AssertionError(f"{user} is told another thing at a price than around it")
                answers = Answers(np.flatnonzero(decided[price_of_tick]), by_price)
                places = price_of_tick.tolist()
                visit, episode = _followed(user, day, stretch, answers, places, (visit, episode), visits, told)
                state[user] = visit, episode
            done += 1
            on_user(done)
    return told


def _followed(
    user: str,
    day: Day,
    stretch: Stretch,
    answers: Answers,
    places: Sequence[int],
    state: tuple[Visit | None, int],
    visits: VisitRules,
    told: set[Told],
) -> tuple[Visit | None, int]:
    """Apply the rules of visits at every tick; where nobody visits and nothing is decided there is nothing to apply."""
    (visit, episode), tick, ticks = state, 0, stretch.end - stretch.start
    while tick < ticks:
        if visit is None:
            coming = int(np.searchsorted(answers.sides, tick))
            if coming == len(answers.sides):
                break
            tick = int(answers.sides[coming])
        quote, (decision, band) = day.quotes[stretch.start + tick], answers.by_price[places[tick]]
        x = float(day.log_mids[stretch.start + tick])
        visit, begins = follow(visit, decision, band, x, quote.event_time, visits)
        if begins and decision.side is not None:
            episode += 1
            told.add(Told(suggestion_id_of(user, quote.pair, decision.side, episode), quote.sequence))
        tick += 1
    return visit, episode


class Line:
    """What scikit-learn decides for one user at every log price of a window."""

    def __init__(self, model: Model, user: Question, thresholds: Sequence[Floats], window: tuple[float, float]) -> None:
        """Ask about one user, the only row of a question; thresholds by price feature."""
        cuts = cuts_of(user, thresholds, window)
        decided = said(model, _at(user, cuts))
        turns = np.flatnonzero(np.diff(decided)) + 1
        self._edges: list[float] = cuts[turns].tolist()
        self._decisions = [Decision(each) for each in decided[np.concatenate([[0], turns])].tolist()]

    def around(self, x: float, margin: float) -> tuple[Decision, Band]:
        """What is decided at x, and between which prices; an edge outside of the window is infinite.

        A side is decided between the same prices on either side of a HOLD that is narrower than the margin.
        """
        edges, decisions = self._edges, self._decisions
        first = last = bisect_right(edges, x)
        decision = decisions[first]
        if decision is not Decision.HOLD:
            while first > 1 and decisions[first - 1] is Decision.HOLD and decisions[first - 2] is decision:
                if not edges[first - 1] - edges[first - 2] < margin:
                    break
                first -= 2
            while last < len(edges) - 1 and decisions[last + 1] is Decision.HOLD and decisions[last + 2] is decision:
                if not edges[last + 1] - edges[last] < margin:
                    break
                last += 2
        lower = edges[first - 1] if first else -np.inf
        upper = edges[last] if last < len(edges) else np.inf
        return decision, Band(lower, upper)


def cuts_of(user: Question, thresholds: Sequence[Floats], window: tuple[float, float]) -> Floats:
    """The beginning of the window, and each log price in it at which some feature is first above some threshold."""
    low, high = window
    cuts = [np.array([low])]
    for slope, intercept, limits in zip(user.slope[0], user.intercept[0], thresholds, strict=True):
        if np.isnan(slope) or np.isnan(intercept):
            continue

        def value(x: Floats, slope: float = slope, intercept: float = intercept) -> Floats:
            return (slope * x + intercept).astype(np.float32).astype(np.float64)

        first, last = value(np.array([low, high]))
        inside = limits[(first <= limits) & (limits < last)]
        below, above = np.full(len(inside), low), np.full(len(inside), high)
        for _ in range(HALVINGS):
            middle = below + (above - below) / 2
            is_above = value(middle) > inside
            below, above = np.where(is_above, below, middle), np.where(is_above, middle, above)
        cuts.append(above)
    return np.unique(np.concatenate(cuts))


def thresholds_of(model: Model) -> list[Floats]:
    """Every threshold of every tree on each price feature, as scikit-learn holds it."""
    nodes = np.concatenate([tree.nodes for trees in model.classifier._predictors for tree in trees])
    nodes = nodes[nodes["is_leaf"] == 0]
    return [
        np.unique(nodes["num_threshold"][nodes["feature_idx"] == feature].astype(np.float64))
        for feature in range(len(PRICE_FEATURE_NAMES))
    ]


def said(model: Model, asked: Question) -> NDArray[np.int8]:
    """Decisions on scikit-learn's own raw scores."""
    raw = np.asarray(model.classifier.decision_function(asked.features()), dtype=np.float64)
    return decide(probabilities(raw, model.temperature), model.thresholds)


def _decisions(model: Model, users: Question, prices: Floats) -> NDArray[np.int8]:
    """What each user is told at each price, shape (users, prices)."""
    each = max(1, AT_ONCE // len(prices))
    parts = []
    for start in range(0, len(users.x), each):
        some = users.part(slice(start, start + each))
        rows = np.repeat(np.arange(len(some.x)), len(prices))
        parts.append(said(model, some.part(rows).at(np.tile(prices, len(some.x)))).reshape(-1, len(prices)))
    return np.concatenate(parts)


def _question(people: Sequence[BehaviourSummary[float]], stretch: Stretch) -> Question:
    market = view(stretch.market)
    return question(
        stack(BehaviourSummary[Array], people),
        stack(MarketView[Array], [market]),
        at=np.array([market.as_of]),
        x=np.array([market.log_mid]),
    )


def _at(user: Question, x: Floats) -> Question:
    return user.part([0] * len(x)).at(x)
