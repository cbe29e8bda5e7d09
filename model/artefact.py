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

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from model.matrix import TrainingMatrix
    from model.uplift import UpliftResult

UPLIFT = "uplift.joblib"
"""The file of the model of the effect of a message, which not every artefact has."""
_VERSION_LENGTH = 12


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
            found to be worth into the metadata as `uplift`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(ensemble, folder / "model.joblib")
    content = (folder / "model.joblib").read_bytes()
    if uplift is not None:
        joblib.dump(uplift.model.parts(), folder / UPLIFT)
        content += (folder / UPLIFT).read_bytes()
        described = {**described, "uplift": uplift.report}
    content += json.dumps(described, sort_keys=True).encode()
    # The day stands in it that the model learned until, so that whoever has an answer knows how old it is.
    learned = datetime.fromisoformat(described["training_window"][Part.VALIDATE.name.lower()][1])
    version = f"hgb-{learned:%Y%m%d}-{hashlib.sha256(content).hexdigest()[:_VERSION_LENGTH]}"
    metadata = {"model_version": version, **described}
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
    ours = Path(inference.__file__).parent
    for source in (ours / "effect.py", ours / "inference.py", *(ours / "bands").glob("*.py")):
        copy = folder / "code" / source.relative_to(ours)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
