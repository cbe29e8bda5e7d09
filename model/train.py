"""Fit, calibrate, choose thresholds, evaluate: the training job, in SageMaker's script mode.

    SM_CHANNEL_TRAIN     folder with the training matrix (model.matrix)
    SM_MODEL_DIR         gets model.joblib, metadata.json, code/inference.py, code/bands: the artefact's parts
    SM_OUTPUT_DATA_DIR   gets metrics.json

Hyper-parameters are arguments. It runs unchanged in the managed scikit-learn image: it imports nothing of `divisa`, and
no numba, which serving needs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator

from model import inference
from model.bands import PRICE_FEATURES, ranges_of, seen_of
from model.bands.rule import decide, probabilities
from model.evaluate import evaluate
from model.inference import CLASSES, feature_hash, question_names
from model.matrix import Part, read_matrix
from model.thresholds import best_threshold
from model.version import content_of, version_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.matrix import TrainingMatrix


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the training job."""
    options = _parser().parse_args(arguments)
    matrix = read_matrix(Path(options.train))
    hyper_parameters = {name: getattr(options, name) for name in _HYPER_PARAMETERS}
    ensemble = fit(matrix, **hyper_parameters)
    temperature = fit_temperature(ensemble, matrix)

    def scored(part: Part) -> Any:
        raw = ensemble.decision_function(matrix.features[matrix.part(part)])
        return probabilities(np.asarray(raw, dtype=np.float64), temperature)

    p, labels = scored(Part.VALIDATE), matrix.labels[matrix.part(Part.VALIDATE)]
    thresholds = (best_threshold(p[:, 1], labels == 1), best_threshold(p[:, 2], labels == 2))
    metrics = _metrics(matrix, scored(Part.TEST), thresholds)
    _write_artefact(
        Path(options.model_dir),
        ensemble,
        {**_description(matrix, temperature, thresholds, metrics), "hyper_parameters": hyper_parameters},
    )
    output = Path(options.output_data_dir)
    output.mkdir(parents=True, exist_ok=True)
    (output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


def fit(matrix: TrainingMatrix, **hyper_parameters: Any) -> HistGradientBoostingClassifier:
    """The boosted trees, fitted on the rows of FIT. Their number is fixed: nothing later decides when to stop."""
    rows = matrix.part(Part.FIT)
    features = matrix.features[rows]
    # What nobody has ever known (no one sold twice, say) cannot be cut into bins; a constant can, and splits nothing.
    features[:, np.isnan(features).all(axis=0)] = 0.0
    ensemble = HistGradientBoostingClassifier(early_stopping=False, **hyper_parameters)
    ensemble.fit(features, matrix.labels[rows])
    return ensemble


def fit_temperature(ensemble: HistGradientBoostingClassifier, matrix: TrainingMatrix) -> float:
    """The temperature that gives the softmax of the raw scores the least log loss on the rows of CALIBRATE."""
    rows = matrix.part(Part.CALIBRATE)
    calibrated = CalibratedClassifierCV(FrozenEstimator(ensemble), method="temperature")
    calibrated.fit(matrix.features[rows], matrix.labels[rows])
    return 1.0 / float(calibrated.calibrated_classifiers_[0].calibrators[0].beta_)


def _metrics(matrix: TrainingMatrix, p: Any, thresholds: tuple[float, float]) -> dict[str, Any]:
    rows = matrix.part(Part.TEST)
    seen = seen_of(_ranges(matrix), matrix.feature_names)
    return {
        **evaluate(p, decide(p, thresholds), matrix.labels[rows], matrix.oracle[rows]),
        "outside": float((~seen.inside(matrix.features[rows])).mean()),
        "test_rows": int(rows.sum()),
        "test_users": len(np.unique(matrix.users[rows])),
        "rows": len(matrix.labels),
        "users": len(np.unique(matrix.users)),
        "dropped": matrix.dropped,
    }


def _ranges(matrix: TrainingMatrix) -> dict[str, dict[str, Any]]:
    """The ranges of what the model learned from: trees, temperature and thresholds."""
    return ranges_of(matrix.features[~matrix.part(Part.TEST)], matrix.feature_names)


def _description(
    matrix: TrainingMatrix,
    temperature: float,
    thresholds: tuple[float, float],
    metrics: dict[str, Any],
) -> dict[str, Any]:
    return {
        "versions": {
            "python": platform.python_version(),
            "sklearn": sklearn.__version__,
            "numpy": np.__version__,
            "joblib": joblib.__version__,
        },
        "classes": list(CLASSES),
        "feature_names": list(matrix.feature_names),
        "feature_hash": feature_hash(matrix.feature_names),
        "feature_ranges": _ranges(matrix),
        "question_names": list(question_names(matrix.feature_names, PRICE_FEATURES)),
        "thresholds": {"BUY": thresholds[0], "SELL": thresholds[1]},
        "temperature": temperature,
        "training_window": {part.name.lower(): _window(matrix, part) for part in Part},
        "rows": len(matrix.labels),
        "rows_by_part": {part.name.lower(): int(matrix.part(part).sum()) for part in Part},
        "users": len(np.unique(matrix.users)),
        "metrics": metrics,
    }


def _window(matrix: TrainingMatrix, part: Part) -> list[str]:
    """Moments of a part's first and last row."""
    at = matrix.at[matrix.part(part)]
    return [datetime.fromtimestamp(int(moment), UTC).isoformat() for moment in (at.min(), at.max())]


def _write_artefact(folder: Path, ensemble: HistGradientBoostingClassifier, description: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(ensemble, folder / "model.joblib")
    learned = datetime.fromisoformat(description["training_window"][Part.VALIDATE.name.lower()][1])
    content = content_of((folder / "model.joblib").read_bytes(), description)
    metadata = {"model_version": version_of(learned, content), **description}
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    ours = Path(inference.__file__).parent
    for source in (ours / "inference.py", *(ours / "bands").glob("*.py")):
        copy = folder / "code" / source.relative_to(ours)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


_HYPER_PARAMETERS: dict[str, tuple[type, int | float, str]] = {
    "max_iter": (int, 80, "boosting rounds, a tree a class each"),
    "learning_rate": (float, 0.08, "share of each tree that is added"),
    "max_leaf_nodes": (int, 20, "leaves of a tree"),
    "min_samples_leaf": (int, 100, "rows that a leaf needs"),
    "max_features": (float, 0.35, "share of features that each split looks at"),
    "l2_regularization": (float, 5.0, "pull of leaf values towards zero"),
    "random_state": (int, 0, "seed"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, (kind, default, meaning) in _HYPER_PARAMETERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=meaning)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"), help="folder of the training matrix")
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"), help="where the artefact goes")
    parser.add_argument("--output-data-dir", default=os.environ.get("SM_OUTPUT_DATA_DIR"), help="where metrics go")
    return parser


if __name__ == "__main__":
    main()
