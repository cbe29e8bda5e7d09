"""Search, fit, calibrate, choose thresholds, evaluate: the training job, in SageMaker's script mode.

    SM_CHANNEL_TRAIN     folder with the training matrix (model.matrix)
    SM_MODEL_DIR         gets model.joblib, metadata.json, code/inference.py, code/bands: the artefact's parts; and
                         uplift.joblib when a model of the effect of a message wins
    SM_OUTPUT_DATA_DIR   gets metrics.json

Hyper-parameters are arguments. What it does is told a line each on the standard output. It runs unchanged in the
managed scikit-learn image: it imports nothing of `divisa`, and no numba, which serving needs.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.artefact import description, write_artefact
from model.boosting import DEFAULTS, counted, fit, fit_temperature, scored
from model.judging.drift import reference_of_fit
from model.matrix import Part, read_matrix
from model.metrics import metrics_of
from model.search import MOST, search
from model.thresholds import best_thresholds
from model.uplift import fit_uplift, reported, winner_of
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the training job."""
    options = _parser().parse_args(arguments)
    matrix = read_matrix(Path(options.train))
    weights = unprompted_weights(matrix)
    chosen: dict[str, Any] = {"hyper_parameters": {name: getattr(options, name) for name in DEFAULTS}}
    if options.search:
        found = search(matrix, weights, chosen["hyper_parameters"], options.search, say=_say)
        chosen = {"hyper_parameters": found.best.hyper_parameters, "search": found.description()}
    _say(f"Fitting on {int(counted(matrix, weights, Part.FIT).sum()):,} rows")
    ensemble = fit(matrix, weights, **chosen["hyper_parameters"])
    temperature = fit_temperature(ensemble, matrix, weights)
    rows = counted(matrix, weights, Part.VALIDATE)
    p = scored(ensemble, temperature, matrix.features[rows])
    thresholds = best_thresholds(p, matrix.labels[rows], weights[rows])
    _say("Judging it, beside what it has to beat")
    p = scored(ensemble, temperature, matrix.features[counted(matrix, weights, Part.TEST)])
    metrics = metrics_of(matrix, weights, p, thresholds)
    _say("Looking for the effect of a message")
    seed = chosen["hyper_parameters"]["random_state"]

    def respond(features: NDArray[np.float32]) -> NDArray[np.float64]:
        return scored(ensemble, temperature, features)

    effect = fit_uplift(matrix, respond, seed=seed)
    metrics["uplift"] = reported(effect)
    described = {
        **description(matrix, weights, temperature, thresholds),
        **chosen,
        "drift_reference": reference_of_fit(matrix, weights, respond),
        "metrics": metrics,
    }
    write_artefact(Path(options.model_dir), ensemble, described, winner_of(effect))
    output = Path(options.output_data_dir)
    output.mkdir(parents=True, exist_ok=True)
    (output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


_MEANINGS = {
    "max_iter": "boosting rounds, a tree a class each",
    "learning_rate": "share of each tree that is added",
    "max_leaf_nodes": "leaves of a tree",
    "min_samples_leaf": "rows that a leaf needs",
    "max_features": "share of features that each split looks at",
    "l2_regularization": "pull of leaf values towards zero",
    "random_state": "seed",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in DEFAULTS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(default), default=default, help=_MEANINGS[name])
    parser.add_argument("--search", type=int, default=0, help=f"candidates to try first, 0 to {MOST}; 0 for no search")
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"), help="folder of the training matrix")
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"), help="where the artefact goes")
    parser.add_argument("--output-data-dir", default=os.environ.get("SM_OUTPUT_DATA_DIR"), help="where metrics go")
    return parser


if __name__ == "__main__":
    # A shell has its background jobs ignore Ctrl-C, and what they start inherits that; here it is handed on on purpose.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
