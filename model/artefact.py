"""The artefact's parts in one folder: the trees, what they are, and the code that serves them."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import sklearn

from model import inference
from model.bands import PRICE_FEATURES
from model.inference import CLASSES, feature_hash, question_names
from model.matrix import Part
from model.metrics import ranges_learned
from model.version import content_of, version_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from model.matrix import TrainingMatrix
    from model.uplift import UpliftResult

UPLIFT = "uplift.joblib"
"""The file of the model of the effect of a message, which not every artefact has."""


def description(
    matrix: TrainingMatrix, weights: NDArray[np.float64], temperature: float, thresholds: tuple[float, float]
) -> dict[str, Any]:
    """What `metadata.json` says, but for the version: what made the model, what it reads and what it learned from.

    Args:
        matrix: rows of all parts.
        weights: what each row counts, shape (n,).
        temperature: of the softmax.
        thresholds: of BUY and SELL.
    """
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
        "feature_ranges": ranges_learned(matrix, weights),
        "question_names": list(question_names(matrix.feature_names, PRICE_FEATURES)),
        "thresholds": {"BUY": thresholds[0], "SELL": thresholds[1]},
        "temperature": temperature,
        "training_window": {part.name.lower(): _window(matrix, part) for part in Part},
        "rows": len(matrix.labels),
        "rows_by_part": {part.name.lower(): int(matrix.part(part).sum()) for part in Part},
        "users": len(np.unique(matrix.users)),
    }


def _window(matrix: TrainingMatrix, part: Part) -> list[str]:
    """Moments of a part's first and last row."""
    at = matrix.at[matrix.part(part)]
    return [datetime.fromtimestamp(int(moment), UTC).isoformat() for moment in (at.min(), at.max())]


def write_artefact(
    folder: Path,
    ensemble: HistGradientBoostingClassifier,
    described: dict[str, Any],
    uplift: UpliftResult | None = None,
) -> None:
    """Write model.joblib, metadata.json, and code/ with what serves them; the folder is made when it does not exist.

    Args:
        folder: where they go.
        ensemble: the fitted classifier.
        described: at least what `description` tells; the version is a hash of it and of all trees.
        uplift: a model of the effect of a message that is worth using, which goes into uplift.joblib, and what it was
            found to be worth into the metadata as `uplift`, with the file's `sha256`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(ensemble, folder / "model.joblib")
    if uplift is not None:
        joblib.dump(uplift.model.parts(), folder / UPLIFT)
        digest = hashlib.sha256((folder / UPLIFT).read_bytes()).hexdigest()
        described = {**described, "uplift": {**uplift.report, "sha256": digest}}
    learned = datetime.fromisoformat(described["training_window"][Part.VALIDATE.name.lower()][1])
    content = content_of((folder / "model.joblib").read_bytes(), described)
    metadata = {"model_version": version_of(learned, content), **described}
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    ours = Path(inference.__file__).parent
    # Packages that the image lacks come with the code, where that was made for the image.
    packages = (path for path in (ours / "lib").rglob("*") if path.is_file())
    for source in (ours / "effect.py", ours / "inference.py", *(ours / "bands").glob("*.py"), *packages):
        copy = folder / "code" / source.relative_to(ours)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
