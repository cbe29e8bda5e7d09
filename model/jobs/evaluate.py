"""`python -m model.jobs.evaluate --model TAR --matrix DIR --out DIR`: judge an artefact on the rows that it never saw.

Writes `evaluation.json`: what `model.judging.judge` says, and beside it

    model   version, feature hash, and from when until when it learned, as text
    drift   with `largest`, the greatest index of a score or of the labels, and `furthest`, whose that is

so that whoever reads one value at a time, as the pipeline's conditions do, finds it under a fixed name.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from divisa.domain.errors import DivisaError, InvalidModel
from model.baselines import fit_baselines
from model.inference import feature_hash
from model.judging.judge import judge
from model.judging.judged import JudgedModel
from model.matrix import Part, read_matrix
from model.package import unpack
from model.weights import unprompted_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.matrix import TrainingMatrix

REPORT = "evaluation.json"


def evaluation_of(
    artefact: Path, matrix: TrainingMatrix, on_stage: Callable[[str], None] = lambda stage: None
) -> dict[str, Any]:
    """What `evaluation.json` holds.

    Args:
        artefact: the `model.tar.gz` that was trained on this matrix.
        matrix: rows of all parts; those of TEST judge.
        on_stage: told in words what begins.

    Raises:
        InvalidModel: the artefact is none, or reads other features than the matrix has.
    """
    with tempfile.TemporaryDirectory(prefix="divisa-evaluate-") as folder:
        unpack(artefact, Path(folder))
        try:
            model = JudgedModel.read(Path(folder))
        except (ValueError, OSError, KeyError) as error:
            raise InvalidModel(f"{artefact.name} is no model that can be judged: {error}") from error
    if feature_hash(matrix.feature_names) != model.metadata["feature_hash"]:
        raise InvalidModel(f"{artefact.name} reads other features than the matrix has")
    weights = unprompted_weights(matrix)
    judged = judge(matrix, model, weights, fit_baselines(matrix, weights), on_stage=on_stage)
    window = model.metadata["training_window"]
    return {
        **judged,
        "drift": {**judged["drift"], **_furthest(judged["drift"])},
        "rows": len(matrix.labels),
        "users": len(np.unique(matrix.users)),
        "dropped": matrix.dropped,
        "model": {
            "model_version": model.metadata["model_version"],
            "feature_hash": model.metadata["feature_hash"],
            "learned_from": window[Part.FIT.name.lower()][0],
            "learned_until": window[Part.VALIDATE.name.lower()][1],
        },
    }


def _furthest(drift: dict[str, Any]) -> dict[str, Any]:
    """Of the scores and the labels, not of features: those move with the market and with age, as they may."""
    indexes = {f"scores of {side}": index for side, index in drift["scores"].items()} | {"labels": drift["labels"]}
    furthest = max(indexes, key=lambda name: indexes[name])
    return {"largest": indexes[furthest], "furthest": furthest}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; each stage is a line of the standard output.

    Returns:
        The exit code: 0, or 1 when there is nothing to judge, with the reason on the standard error.
    """
    parser = argparse.ArgumentParser(prog="python -m model.jobs.evaluate", description="Judge a trained model.")
    parser.add_argument("--model", type=Path, required=True, help="model.tar.gz")
    parser.add_argument("--matrix", type=Path, required=True, help="folder of the training matrix")
    parser.add_argument("--out", type=Path, required=True, help="folder for evaluation.json")
    options = parser.parse_args(arguments)
    try:
        evaluation = evaluation_of(options.model, read_matrix(options.matrix), _say)
    except DivisaError as error:
        sys.stderr.write(f"evaluate: {error}\n")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    report = json.dumps(evaluation, indent=2, allow_nan=False)
    (options.out / REPORT).write_text(report + "\n", encoding="utf-8")
    return 0


def _say(stage: str) -> None:
    sys.stdout.write(f"{stage}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
