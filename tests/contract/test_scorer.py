from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain.errors import InvalidModel
from divisa.domain.evaluation import Decision
from tests.integration.local.sagemaker.conftest import Plane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from divisa.ports import Scorer

COLUMNS = 4


def predict_proba(features: NDArray[Any]) -> NDArray[np.float64]:
    """A model to test with: the softmax of the first three of four features."""
    if features.shape[1] != COLUMNS:
        raise ValueError("the model has four features")
    raw = np.exp(features[:, :3].astype(np.float64))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)


INFERENCE = """
import io
import numpy as np

def model_fn(model_dir):
    return "v7"

def input_fn(body, content_type):
    assert content_type == "application/x-npy"
    features = np.load(io.BytesIO(body))
    if features.shape[1] != 4 or features.dtype != np.float32:
        raise ValueError("the model has four features")
    return features

def predict_fn(features, version):
    raw = np.exp(features[:, :3].astype(np.float64))
    p = raw / raw.sum(axis=1, keepdims=True)
    side = 1 + (p[:, 1:] / 0.5).argmax(axis=1)
    numbers = [(name, "f8") for name in ("p_hold", "p_buy", "p_sell", "lower", "upper")]
    fields = [*numbers, ("decision", "i1"), ("model", "S32")]
    answer = np.zeros(len(features), dtype=fields)
    answer["p_hold"], answer["p_buy"], answer["p_sell"] = p.T
    answer["decision"] = np.where(p[:, 1:].max(axis=1) >= 0.5, side, 0)
    answer["model"] = version.encode()
    return answer

def output_fn(answer, accept):
    assert accept == "application/x-npy"
    body = io.BytesIO()
    np.save(body, answer)
    return body.getvalue(), accept
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    folder = tmp_path_factory.mktemp("plane")
    with contextlib.closing(Plane(folder / "state", folder)) as plane:
        plane.start()
        plane.configure("npy", plane.artefact(1.0, INFERENCE))
        plane.control.create_endpoint(EndpointName="decisions", EndpointConfigName="npy")
        assert plane.settled()["EndpointStatus"] == "InService"
        yield plane


@pytest.fixture
def scorer(side: str, request: pytest.FixtureRequest) -> Scorer:
    if side == "memory":
        return MemoryScorer(predict_proba, model_version="v7")
    plane: Plane = request.getfixturevalue("endpoint")
    return SageMakerScorer(plane.client("sagemaker-runtime"), "decisions", backoff=Backoff(attempts=2, base=0.01))


def features_of(rows: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(scale=2.0, size=(rows, COLUMNS)).astype(np.float32)


def test_one_row_is_scored(scorer: Scorer) -> None:
    scores = scorer.score(np.array([[0, 3, 0, 0]], dtype=np.float32))
    assert scores.decisions.tolist() == [Decision.BUY]
    assert scores.model_version == "v7"
    assert scores.probabilities.dtype == np.float64
    assert scores.decisions.dtype == np.int8


@pytest.mark.parametrize("rows", [2, 999, 20_001])
def test_rows_are_answered_in_their_order(scorer: Scorer, rows: int) -> None:
    features = features_of(rows)
    scores = scorer.score(features)
    np.testing.assert_allclose(scores.probabilities, predict_proba(features), rtol=1e-12)
    best = scores.probabilities.argmax(axis=1)
    sure = scores.probabilities.max(axis=1) >= 0.5
    np.testing.assert_array_equal(scores.decisions, np.where(sure, best, Decision.HOLD))


def test_columns_of_another_memory_order_are_no_matter(scorer: Scorer) -> None:
    features = features_of(10)
    transposed = np.asfortranarray(features)
    np.testing.assert_array_equal(scorer.score(transposed).probabilities, scorer.score(features).probabilities)


def test_a_model_that_knows_other_features_is_invalid(scorer: Scorer) -> None:
    with pytest.raises(InvalidModel):
        scorer.score(np.zeros((3, COLUMNS + 1), dtype=np.float32))
