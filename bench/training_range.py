"""`python -m bench.training_range`: how many honest questions lie outside of what a model has seen, by which feature.

Asked about are the rows that judge the default population's model, and everybody of that population at prices of the
ten days after its end, which are what the demo replays. Each is held against the ranges of the rows that the model
learned from, and of those of the trees alone, as if the model were older; bare, and widened by several shares.
Writes bench/results/training_range.json.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from bench.machine import describe
from divisa.adapters.csv.prices import read_quotes
from divisa.domain import market
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import Array, stack, take
from divisa.domain.features import feature_matrix
from local.simulated import training_files
from model.bands import ranges_of, seen_of
from model.bands.rule import decide
from model.boosting import counted, fit, fit_temperature, scored
from model.history import read_history
from model.matrix import Part
from model.thresholds import best_thresholds
from model.training_set import build_training_set
from model.weights import unprompted_weights
from simulator.files import write_prices
from simulator.prices import SOURCE, price_path
from simulator.simulate import Simulation, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix
    from simulator.simulate import SimulatedFiles

RESULTS: Final = Path(__file__).parent / "results" / "training_range.json"
WORLD: Final = Simulation()
DAYS: Final = 10
"""After the end of the simulation, as long as the demo is."""
EVERY: Final = 6
"""Of that many quotes of a pair in a row one is asked about."""
SHARES: Final = (0.0, 0.05, 0.1, 0.25)


class Asked(NamedTuple):
    """Questions, and whether the model says a side: features, float32, shape (n, k), and bool, shape (n,)."""

    features: NDArray[np.float32]
    is_side: NDArray[np.bool_]


def main() -> None:
    """Simulate, train, count, print a JSON line for each range and write them."""
    with tempfile.TemporaryDirectory(prefix="divisa-bench-") as folder:
        files = simulate(Path(folder), WORLD)
        matrix = build_training_set(training_files(files))
        ahead = _ahead(files, Path(folder))
    asked = {"test": matrix.features[matrix.part(Part.TEST)], "days_after": ahead}
    lines = measured(matrix, _with_sides(matrix, asked))
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
    document = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "on": describe(), "results": lines}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def measured(matrix: TrainingMatrix, asked: dict[str, Asked]) -> list[dict[str, Any]]:
    """For each choice of rows learned from and each share of widening, the percentages outside."""
    lines = []
    for learned, parts in (("all but test", list(Part)[:-1]), ("trees", [Part.FIT])):
        rows = np.isin(matrix.parts, parts)
        ranges = ranges_of(matrix.features[rows], matrix.feature_names)
        until = datetime.fromtimestamp(int(matrix.at[rows].max()), UTC).date()
        for share in SHARES:
            seen = seen_of(ranges, matrix.feature_names, widened_by=share)
            line: dict[str, Any] = {"learned": learned, "until": f"{until}", "widened_by": share}
            for name, (features, is_side) in asked.items():
                outside, is_outside = seen.outside(features), ~seen.inside(features)
                line[name] = {
                    "rows": len(features),
                    "outside_percent": _percent(is_outside),
                    "of_sides_percent": _percent(is_outside[is_side]),
                    "by_feature_percent": {
                        feature: _percent(column)
                        for feature, column in zip(matrix.feature_names, outside.T, strict=True)
                        if column.any()
                    },
                }
            lines.append(line)
    return lines


def _percent(found: NDArray[np.bool_]) -> float:
    return round(100.0 * float(found.mean()), 3) if len(found) else 0.0


def _with_sides(matrix: TrainingMatrix, asked: dict[str, NDArray[np.float32]]) -> dict[str, Asked]:
    """What a model says of it that is trained as the training job trains."""
    weights = unprompted_weights(matrix)
    ensemble = fit(matrix, weights)
    temperature = fit_temperature(ensemble, matrix, weights)
    rows = counted(matrix, weights, Part.VALIDATE)
    p = scored(ensemble, temperature, matrix.features[rows])
    thresholds = best_thresholds(p, matrix.labels[rows], weights[rows])
    return {
        name: Asked(features, decide(scored(ensemble, temperature, features), thresholds) != 0)
        for name, features in asked.items()
    }


def _ahead(files: SimulatedFiles, folder: Path) -> NDArray[np.float32]:
    """Features of everybody, as they stood at the end, at quotes of the days after it."""
    history = read_history(files.prices, files.transactions, Counter())
    newest = history.newest()
    owners = np.array([str(pair) for _, pair in history.owners])
    states = {str(pair): past.market for pair, past in history.markets.items()}
    found: list[NDArray[np.float32]] = []
    for pair, quotes in _quotes_after(folder, sorted(states)).items():
        people = take(BehaviourSummary[Array], newest, np.flatnonzero(owners == pair))
        state = states[pair]
        for number, quote in enumerate(quotes):
            state = market.fold(state, quote)
            if number % EVERY == 0:
                seen = stack(market.MarketView[Array], [market.view(state)])
                at, x = np.array([quote.event_time.timestamp()]), np.array([quote.log_mid])
                found.append(feature_matrix(people, seen, at, x))
    return np.concatenate(found)


def _quotes_after(folder: Path, pairs: Sequence[str]) -> dict[str, list[Any]]:
    """By pair, the quotes of the days after the simulation, made as it makes its own."""
    end = WORLD.end + timedelta(days=DAYS)
    paths = [price_path(pair, WORLD.end, end, step_minutes=WORLD.step_minutes, seed=WORLD.seed) for pair in pairs]
    file = folder / "after.csv"
    write_prices(file, paths)
    quotes = list(read_quotes(file, source=SOURCE, on_reject=lambda _: None))
    return {pair: [quote for quote in quotes if str(quote.pair) == pair] for pair in pairs}


if __name__ == "__main__":
    main()
