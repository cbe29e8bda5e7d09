"""What the endpoint says of the effect, of an artefact that has a model of it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pytest

from divisa.domain.features import PRICE_FEATURE_NAMES, QUESTION_NAMES, question_of_rows
from local.artefact import scorer_of
from model.effect import inputs_of, model_of
from model.inference import NPY, Model, model_fn, output_fn, predict_fn
from model.package import pack
from tests.unit.model.uplift.test_in_the_artefact import company, trained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.slow

PRICE = len(PRICE_FEATURE_NAMES)
ROWS = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that has a model of the effect."""
    job = tmp_path_factory.mktemp("won")
    assert trained(company(0.3), job)["uplift"]["wins"]
    return job / "model"


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return model_fn(str(folder))


def deciding(model: Model, rows: NDArray[np.float64]) -> Model:
    """The model with thresholds that half of the people are over."""
    p = predict_fn(rows, model)
    return model._replace(thresholds=(float(np.median(p["p_buy"])), float(np.median(p["p_sell"]))))


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float64]:
    """Questions about people of the company, at the price at which their features were made."""
    features, x = company(0.3).features[:ROWS].astype(np.float64), 2.83
    asked = np.full((ROWS, len(QUESTION_NAMES)), np.nan)
    asked[:, 0], asked[:, 1 : 1 + PRICE] = x, 1.0
    asked[:, 1 + PRICE : 1 + 2 * PRICE] = features[:, :PRICE] - x
    asked[:, 1 + 2 * PRICE : -1] = features[:, PRICE:]
    return asked


def test_the_effect_of_the_decided_side_is_said_and_of_nothing_else(
    folder: Path, model: Model, rows: NDArray[np.float64]
) -> None:
    often = deciding(model, rows)

    answer = predict_fn(rows, often)

    sides = answer["decision"] > 0
    assert 20 < sides.sum() < ROWS - 20
    assert np.isnan(answer["effect"][~sides]).all()
    features = question_of_rows(rows).features()[sides]
    uplift = model_of(joblib.load(folder / "uplift.joblib"), features.shape[1])
    assert (answer["effect"][sides] == uplift.effect(inputs_of(features, answer["decision"][sides]))).all()


def test_how_many_are_asked_about_together_is_no_matter(model: Model, rows: NDArray[np.float64]) -> None:
    often = deciding(model, rows)

    together, alone = predict_fn(rows[:20], often), [predict_fn(row[None], often) for row in rows[:20]]

    assert np.array_equal(together["effect"], np.concatenate(alone)["effect"], equal_nan=True)


def test_consumers_get_it_and_in_text_what_is_not_said_is_empty(
    folder: Path, model: Model, rows: NDArray[np.float64], tmp_path: Path
) -> None:
    pack(folder, tmp_path / "model.tar.gz")

    scores = scorer_of(tmp_path / "model.tar.gz").score(question_of_rows(rows))

    answer = predict_fn(rows, model)
    assert np.array_equal(scores.effects, answer["effect"], equal_nan=True)
    documents = json.loads(output_fn(answer, "application/json")[0])["predictions"]
    assert [each["effect"] for each in documents] == [None if np.isnan(e) else e for e in answer["effect"].tolist()]
    assert output_fn(answer, NPY)[1] == NPY


def _without_file(folder: Path) -> None:
    (folder / "uplift.joblib").unlink()


def _of_other_features(folder: Path) -> None:
    parts = joblib.load(folder / "uplift.joblib")
    inputs = np.zeros((100, 3))
    joblib.dump(parts | {"told": parts["told"].fit(inputs, np.arange(100.0))}, folder / "uplift.joblib")


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (_without_file, "the metadata have a model of the effect of a message, the artefact has none"),
        (_of_other_features, r"the model of the effect of a message reads \[3, 25\] inputs, not 25"),
    ],
)
def test_a_broken_model_of_the_effect_is_refused_by_name(
    folder: Path, tmp_path: Path, broken: Callable[[Path], None], problem: str
) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    broken(copy)

    with pytest.raises(ValueError, match=problem):
        model_fn(str(copy))


def test_without_one_nothing_is_said(folder: Path, rows: NDArray[np.float64], tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    metadata = json.loads((copy / "metadata.json").read_text(encoding="utf-8"))
    del metadata["uplift"]
    (copy / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")

    answer = predict_fn(rows, deciding(model_fn(str(copy)), rows))

    assert (answer["decision"] > 0).any()
    assert np.isnan(answer["effect"]).all()
