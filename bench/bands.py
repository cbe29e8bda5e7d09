"""`python -m bench.bands`: users a second with exact bands, beside plain `predict_proba` of the same rows; checked.

A model of 300 trees is trained on a simulated world by the project's own training. Both ways run on one thread, in
turns, on the same users. Then scikit-learn's own scores are asked at random points inside the bands and on both sides
of every finite edge. Writes bench/results/bands.json.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from bench import population
from bench.machine import describe
from divisa.adapters.csv.prices import read_quotes
from divisa.domain import market
from divisa.domain.columns import stack
from divisa.domain.features import affine_terms, feature_matrix
from local.simulated import training_files
from model.bands import Bands, Ensemble, bands, flatten
from model.bands.rule import decide, probabilities
from model.bands.users import Users, users_of
from model.boosting import counted, fit, fit_temperature, scored
from model.matrix import Part
from model.thresholds import best_thresholds
from model.training_set import build_training_set
from model.weights import unprompted_weights
from simulator.simulate import Simulation, simulate

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from divisa.domain.market import MarketView

RESULTS = Path(__file__).parent / "results" / "bands.json"
WORLD = Simulation(users=800, start=date(2021, 6, 1), end=date(2023, 9, 1), seed=4)
HYPER_PARAMETERS = {"max_iter": 100, "max_leaf_nodes": 31}
"""Those of the training job, but for 100 rounds of three trees; leaves are named, since the figures depend on them."""
RUNS = 7
ALONE = 2_000
"""Users that are asked for one at a time."""
POINTS = 5
"""Random points inside a band that scikit-learn is asked at."""
FARTHEST = 0.3
"""Log price beyond which no point is drawn."""


class Model(NamedTuple):
    """A trained model and what its bands are told from."""

    classifier: HistGradientBoostingClassifier
    ensemble: Ensemble
    temperature: float
    thresholds: tuple[float, float]

    def said(self, users: Users) -> NDArray[np.int8]:
        """Decisions on scikit-learn's own raw scores."""
        raw = np.asarray(self.classifier.decision_function(users.features()), dtype=np.float64)
        return decide(probabilities(raw, self.temperature), self.thresholds)


def main() -> None:
    """Train, measure, check; ends with an error when a single point is wrong."""
    options = argparse.ArgumentParser(prog="python -m bench.bands", description=__doc__)
    options.add_argument("--users", type=int, default=100_000)
    options.add_argument("--quotes", type=Path, help="a CSV file of the prices contract: its ticks are the prices")
    options.add_argument("--out", type=Path, default=RESULTS)
    given = options.parse_args()
    with threadpool_limits(1):
        model = trained()
        users = users_at(model.ensemble, given.users, given.quotes)
        told, figures = measured(model, users)
        checks = checked(model, users, told)
    figures |= checks | {
        "ticks_from": given.quotes.name if given.quotes else "seeded random walk",
        "open_ends": round(float(np.isinf([told.lower, told.upper]).mean()), 3),
        "decisions": np.bincount(told.decision, minlength=3).tolist(),
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), **figures}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if checks["mismatches"]:
        raise SystemExit(f"{checks['mismatches']} points where the band and scikit-learn disagree")


def trained() -> Model:
    """A model of 300 trees, with temperature and thresholds as the training job chooses them."""
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as folder:
        world = simulate(Path(folder), WORLD)
        matrix = build_training_set(training_files(world), max_rows=120_000)
    weights = unprompted_weights(matrix)
    classifier = fit(matrix, weights, **HYPER_PARAMETERS)
    temperature = fit_temperature(classifier, matrix, weights)
    rows = counted(matrix, weights, Part.VALIDATE)
    p = scored(classifier, temperature, matrix.features[rows])
    thresholds = best_thresholds(p, matrix.labels[rows], weights[rows])
    return Model(classifier, flatten(classifier), temperature, thresholds)


def users_at(ensemble: Ensemble, count: int, quotes: Path | None) -> Users:
    """So many users, each at a tick drawn at random from the ticks; market state as of the last tick."""
    seen, ticks = _ticks(quotes)
    rng = np.random.default_rng(0)
    shift = seen.log_mid[0] - math.log(17.0)  # the population trades around 17
    people = population.summaries(count)
    people = replace(
        people,
        cost=people.cost * math.exp(shift),
        last_buy=people.last_buy + shift,
        last_sell=people.last_sell + shift,
        usual_buy=people.usual_buy + shift,
    )
    x = rng.choice(ticks, count)
    features = feature_matrix(people, seen, np.array([population.START.timestamp()]), x)
    return users_of(ensemble, x, *affine_terms(people, seen), features[:, ensemble.price_features :])


def _ticks(quotes: Path | None) -> tuple[MarketView[Any], NDArray[np.float64]]:
    """The market after the ticks of a file's first pair (or of a made walk), and the log mids of the last 30 days."""
    if quotes:
        found = list(read_quotes(quotes, source="bench", on_reject=lambda _: None))
        found = [quote for quote in found if quote.pair == found[0].pair]
    else:
        found = population.quotes(5_000)
    state = None
    for quote in found:
        state = market.fold(state, quote)
    if state is None:
        raise SystemExit(f"{quotes} has no quotes")
    newest = found[-1].event_time
    mids = [math.log(float(q.bid + q.ask) / 2) for q in found if (newest - q.event_time).days < 30]
    return stack(market.MarketView[Any], [market.view(state)]), np.array(mids)


def measured(model: Model, users: Users) -> tuple[Bands, dict[str, Any]]:
    """Bands of all users, and the figures; both ways in turns, so that a busy machine slows both."""
    features = users.features()
    ask = (model.ensemble, model.temperature, model.thresholds)
    told = bands(*ask, *users)
    seconds: dict[str, list[float]] = {"bands": [], "predict": []}
    for _ in range(RUNS):
        started = time.perf_counter()
        bands(*ask, *users)
        between = time.perf_counter()
        model.classifier.predict_proba(features)
        seconds["bands"].append(between - started)
        seconds["predict"].append(time.perf_counter() - between)
    alone = []
    for row in range(min(ALONE, len(users.x))):
        one = [column[row : row + 1] for column in users]
        started = time.perf_counter()
        bands(*ask, *one)
        alone.append(time.perf_counter() - started)
    count = len(users.x)
    return told, {
        "bench": "bands",
        "users": count,
        "trees": model.ensemble.trees,
        "leaves": max(int(tree.nodes["is_leaf"].sum()) for trees in model.classifier._predictors for tree in trees),
        "threads": 1,
        "users_per_s": round(count / median(seconds["bands"])),
        "predict_per_s": round(count / median(seconds["predict"])),
        "ratio": round(median(p / b for b, p in zip(seconds["bands"], seconds["predict"], strict=True)), 3),
        "one_user_us": round(1e6 * median(alone), 1),
        "one_user_p99_us": round(1e6 * float(np.quantile(alone, 0.99)), 1),
    }


def checked(model: Model, users: Users, told: Bands) -> dict[str, Any]:
    """Points where scikit-learn says otherwise than the band: inside, or on the wrong side of an edge."""
    rng = np.random.default_rng(1)
    wrong = int((model.said(users) != told.decision).sum())
    low = np.maximum(told.lower, users.x - FARTHEST)
    last = np.minimum(np.nextafter(told.upper, -np.inf), users.x + FARTHEST)
    inside = 0
    for _ in range(POINTS):
        x = np.clip(low + (last - low) * rng.random(len(low)), low, last)
        inside += int((model.said(users._replace(x=x)) != told.decision).sum())
    no_flip = 0
    for edge, within, beyond in (
        (told.upper, np.nextafter(told.upper, -np.inf), told.upper),
        (told.lower, told.lower, np.nextafter(told.lower, -np.inf)),
    ):
        finite = np.isfinite(edge)
        for x, same in ((within, True), (beyond, False)):
            said = model.said(users._replace(x=np.where(finite, x, users.x)))
            no_flip += int((((said == told.decision) != same) & finite).sum())
    return {
        "points_inside": POINTS * len(users.x),
        "edges": int(np.isfinite([told.lower, told.upper]).sum()),
        "mismatches": wrong + inside + no_flip,
    }


if __name__ == "__main__":
    main()
