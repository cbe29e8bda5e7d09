from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES
from model import inference
from model.inference import CLASSES, CSV, JSON, NPY, Model, decide, input_fn, model_fn, output_fn, predict_fn

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COLUMNS = len(FEATURE_NAMES)


@pytest.fixture(scope="module")
def model(model_dir: Path) -> Model:
    return model_fn(str(model_dir))


@pytest.fixture
def rows() -> NDArray[np.float32]:
    chances = np.random.default_rng(0)
    rows = chances.normal(size=(50, COLUMNS)).astype(np.float32)
    rows[chances.random(rows.shape) < 0.2] = np.nan
    return rows


def npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def as_csv(rows: NDArray[Any]) -> bytes:
    return "\n".join(",".join("" if np.isnan(v) else repr(float(v)) for v in row) for row in rows).encode()


def as_json(rows: NDArray[Any]) -> bytes:
    return json.dumps({"instances": [[None if np.isnan(v) else float(v) for v in row] for row in rows]}).encode()


def answer_of(body: bytes) -> NDArray[np.void]:
    """An npy answer, as the scorer of the stream consumers reads it."""
    answer: NDArray[np.void] = np.load(io.BytesIO(body), allow_pickle=False)
    return answer


def test_three_content_types_say_the_same_in_and_out(model: Model, rows: NDArray[np.float32]) -> None:
    bodies = {NPY: npy(rows), CSV: as_csv(rows), JSON: as_json(rows)}
    answers = {kind: output_fn(predict_fn(input_fn(body, kind), model), kind) for kind, body in bodies.items()}

    structured = answer_of(answers[NPY][0])
    documents = json.loads(answers[JSON][0])["predictions"]
    header, *lines = answers[CSV][0].decode().splitlines()

    assert [kind for _, kind in answers.values()] == [NPY, CSV, JSON]
    assert header == "p_hold,p_buy,p_sell,decision,model"
    for row, document, line in zip(structured.tolist(), documents, lines, strict=True):
        expected = [*row[:4], row[4].decode()]
        assert list(document.values()) == expected
        assert line == ",".join(map(str, expected))


def test_the_answer_is_structured_as_the_wire_form_says(model: Model, rows: NDArray[np.float32]) -> None:
    answer = answer_of(output_fn(predict_fn(input_fn(npy(rows), NPY), model), NPY)[0])

    assert answer.dtype == np.dtype(
        [("p_hold", "<f8"), ("p_buy", "<f8"), ("p_sell", "<f8"), ("decision", "i1"), ("model", "S32")]
    )
    assert np.allclose(answer["p_hold"] + answer["p_buy"] + answer["p_sell"], 1.0)
    assert set(answer["model"].tolist()) == {model.version.encode()}


def test_float64_and_column_major_features_score_as_float32_row_major_ones(
    model: Model, rows: NDArray[np.float32]
) -> None:
    expected = predict_fn(input_fn(npy(rows), NPY), model)

    for other in (rows.astype(np.float64), np.asfortranarray(rows)):
        assert np.array_equal(predict_fn(input_fn(npy(other), NPY + "; charset=binary"), model), expected)


def test_a_row_scores_the_same_alone_and_among_others(model: Model, rows: NDArray[np.float32]) -> None:
    together = predict_fn(rows, model)

    assert [predict_fn(rows[i : i + 1], model)[0] for i in range(5)] == list(together[:5])


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"<rows/>", "application/xml", "unsupported content type 'application/xml'"),
        (b"", NPY, "not an npy file"),
        (b"PK\x03\x04 something else", NPY, "not an npy file"),
        (npy(np.zeros((2, COLUMNS), dtype=np.int64)), NPY, "must be float32 or float64, not int64"),
        (npy(np.zeros(COLUMNS, dtype=np.float32)), NPY, "must be of shape"),
        (npy(np.zeros((0, COLUMNS), dtype=np.float32)), NPY, "n > 0"),
        (npy(np.zeros((2, COLUMNS), dtype=np.float32))[:-1], NPY, "the npy header announces"),
        (npy(np.full((2, COLUMNS), np.inf, dtype=np.float32)), NPY, "a feature is infinite"),
        (b"", CSV, "must be of shape"),
        (b"1,2\n1,2,3", CSV, "different numbers of features"),
        (b"1,two", CSV, "not CSV of numbers"),
        (b"\xff\xfe", CSV, "not CSV of numbers"),
        (b"{", JSON, "not JSON such as"),
        (b"[]", JSON, "not JSON such as"),
        (b'{"rows": []}', JSON, "not JSON such as"),
        (b'{"instances": [["a"]]}', JSON, "not JSON such as"),
        (b'{"instances": [[1], [1, 2]]}', JSON, "different numbers of features"),
        (b'{"instances": []}', JSON, "must be of shape"),
    ],
)
def test_a_request_that_is_none_is_refused_with_the_reason(body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        input_fn(body, content_type)


def test_a_request_with_too_few_features_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match=f"the model reads {COLUMNS} features, the request has 3"):
        predict_fn(input_fn(b"1,2,3", CSV), model)


def test_json_is_the_answer_when_anything_will_do_and_nothing_else_is_made_up(
    model: Model, rows: NDArray[np.float32]
) -> None:
    answer = predict_fn(rows, model)

    assert output_fn(answer, "*/*")[1] == JSON
    assert output_fn(answer, "text/html, text/csv;q=0.5")[1] == CSV
    with pytest.raises(ValueError, match="unsupported accept 'image/png'"):
        output_fn(answer, "image/png")


@pytest.mark.parametrize(
    ("p", "decision"),
    [
        ((0.90, 0.05, 0.05), Decision.HOLD),
        ((0.80, 0.10, 0.10), Decision.BUY),
        ((0.75, 0.10, 0.15), Decision.BUY),
        ((0.60, 0.10, 0.30), Decision.SELL),
        ((0.60, 0.20, 0.20), Decision.BUY),
        ((0.50, 0.20, 0.40), Decision.BUY),  # a tie of ratios
    ],
)
def test_the_side_furthest_over_its_threshold_wins_and_a_tie_is_a_buy(
    p: tuple[float, float, float], decision: Decision
) -> None:
    assert decide(np.array([p]), (0.10, 0.20)).tolist() == [decision]


def test_classes_and_hash_are_the_domains(model: Model) -> None:
    assert tuple(decision.name for decision in Decision) == CLASSES
    assert model.features == FEATURE_NAMES
    assert inference.feature_hash(FEATURE_NAMES) == FEATURE_HASH


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"versions": {"sklearn": "1.2.2"}}, "made by scikit-learn 1.2.2"),
        ({"feature_names": list(reversed(FEATURE_NAMES))}, "do not belong to its feature hash"),
        ({"classes": ["BUY", "HOLD", "SELL"]}, "the model's classes are"),
        ({"feature_names": ["x"], "feature_hash": inference.feature_hash(("x",))}, "features and 1 feature names"),
    ],
)
def test_an_artefact_whose_parts_do_not_fit_is_not_served(
    model_dir: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    shutil.copytree(model_dir, tmp_path / "model")
    metadata = tmp_path / "model" / "metadata.json"
    metadata.write_text(json.dumps({**json.loads(metadata.read_text(encoding="utf-8")), **change}), encoding="utf-8")

    with pytest.raises(ValueError, match=message):
        model_fn(str(tmp_path / "model"))
