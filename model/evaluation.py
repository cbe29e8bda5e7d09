"""From an artefact and files of the CSV contracts to what can be said of the model: a JSON document and a page."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from divisa.domain.errors import InvalidFile, InvalidModel
from model.baselines import fit_baselines
from model.boosting import counted
from model.inference import CLASSES, feature_hash
from model.judging.influence import inspect
from model.judging.judge import judge
from model.judging.judged import JudgedModel
from model.matrix import Part
from model.package import unpack
from model.report.page import page
from model.rows import HORIZON
from model.training_set import MAX_ROWS, build_training_set
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from model.baselines import Baseline
    from model.matrix import TrainingMatrix
    from model.training_files import TrainingFiles

JSON, PAGE = "evaluation.json", "evaluation.html"
_ABOUT: Final = (
    "training_window",
    "rows_by_part",
    "users",
    "hyper_parameters",
    "temperature",
    "thresholds",
    "versions",
    "feature_names",
    "feature_hash",
)
"""What is said of the model from its metadata."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation left behind.

    Attributes:
        document: the keys of `metrics.json` and of `model.judging.judge`, and beside them `model_version`, `model`
            (what its metadata say of it), `judged` (the days that judge, `from` and `until`), `left_out` (rows that
            could have judged: `maybe_seen`, `prompted`), `pairs` and `simulation`.
        json_file: the same as a file.
        page: the same as a page for people.
    """

    document: dict[str, Any]
    json_file: Path
    page: Path


def evaluate_model(
    artefact: Path,
    files: TrainingFiles,
    out: Path,
    *,
    simulation: Mapping[str, Any] | None = None,
    max_rows: int = MAX_ROWS,
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Evaluation:
    """Judge an artefact on files, and write `evaluation.json` and `evaluation.html` into a folder.

    Only users whom no training run takes judge (`model.split`), on days that begin when the last label that the model
    learned from was known. Baselines are fitted on the earlier days of the same files.

    Args:
        artefact: a `model.tar.gz`.
        files: where the files of the contracts lie.
        out: the folder, made when it does not exist.
        simulation: how the files were simulated, to be told along with the figures; None for people's own.
        max_rows: about how many user-days to read of the files.
        seed: of the choice of rows and of everything that is drawn.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file is not of its contract, has too little history, or nothing that the model has not seen.
        InvalidModel: the artefact is none, or reads other features than this code computes.
    """
    model = _read(artefact)
    matrix = build_training_set(files, max_rows=max_rows, seed=seed, to_learn=False, on_stage=on_stage)
    if feature_hash(matrix.feature_names) != model.metadata["feature_hash"]:
        raise InvalidModel(f"{artefact} reads other features than this code computes")
    on_stage("Fitting what is simpler")
    unprompted = unprompted_weights(matrix)
    held_out, seen = matrix.part(Part.TEST), _may_be_seen(matrix, model)
    weights = np.where(held_out & seen, 0.0, unprompted)
    counts = counted(matrix, weights, Part.TEST)
    version = model.metadata["model_version"]
    if not counts.any():
        raise InvalidFile(f"{files.transactions} has no day that {version} cannot have seen, nothing to judge it by")
    prompted = held_out & ~seen & (unprompted == 0.0)
    judging = matrix.features[counts], matrix.labels[counts], weights[counts], matrix.feature_names
    document = {
        "model_version": version,
        **judge(matrix, model, weights, _baselines(matrix, weights), seed=seed, on_stage=on_stage),
        **inspect(model, *judging, seed=seed, on_stage=on_stage),
        "rows": len(matrix.labels),
        "users": len(np.unique(matrix.users)),
        "told_rows": int(matrix.told.sum()),
        "dropped": matrix.dropped,
        "uplift": model.metadata.get("metrics", {}).get("uplift"),  # as training found it: control groups are small
        "left_out": {
            "maybe_seen": int((held_out & seen).sum()),
            "prompted": int(prompted.sum()),
        },
        "judged": {"from": _time(matrix.at[counts].min()), "until": _time(matrix.at[counts].max())},
        "pairs": list(matrix.pair_names),
        "simulation": None if simulation is None else dict(simulation),
        "model": {name: model.metadata.get(name) for name in _ABOUT},
    }
    on_stage("Writing the page")
    out.mkdir(parents=True, exist_ok=True)
    (out / JSON).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (out / PAGE).write_text(page(document), encoding="utf-8")
    return Evaluation(document, out / JSON, out / PAGE)


def _read(artefact: Path) -> JudgedModel:
    with tempfile.TemporaryDirectory(prefix="divisa-evaluate-") as folder:
        unpack(artefact, Path(folder))
        try:
            return JudgedModel.read(Path(folder))
        except (ValueError, KeyError, OSError) as error:
            raise InvalidModel(f"{artefact} is no model that can be judged here: {error}") from error


def _baselines(matrix: TrainingMatrix, weights: NDArray[np.float64]) -> Mapping[str, Baseline]:
    """What is simpler; nothing where the days before lack something that people do, since then it cannot be fitted."""
    done = np.unique(matrix.labels[counted(matrix, weights, Part.FIT)])
    return fit_baselines(matrix, weights) if len(done) == len(CLASSES) else {}


def _may_be_seen(matrix: TrainingMatrix, model: JudgedModel) -> NDArray[np.bool_]:
    """Rows whose day begins before all labels that the model learned from were known; none if it does not say."""
    window = (model.metadata.get("training_window") or {}).get(Part.VALIDATE.name.lower())
    if not window:
        return np.zeros(len(matrix.labels), dtype=np.bool_)
    return np.asarray(matrix.at < datetime.fromisoformat(window[1]).timestamp() + HORIZON)


def _time(at: Any) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat()
