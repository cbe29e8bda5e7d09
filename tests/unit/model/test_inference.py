from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from divisa.domain.evaluation import Decision
from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES, PRICE_FEATURE_NAMES, QUESTION_NAMES, question_of_rows
from model import inference
from model.bands.rule import decide, probabilities
from model.inference import CLASSES, CSV, JSON, NPY, Model, input_fn, model_fn, output_fn, predict_fn
from model.matrix import Part
from tests.around import around

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.matrix import TrainingMatrix

COLUMNS = len(QUESTION_NAMES)
PRICE = len(PRICE_FEATURE_NAMES)
X, SLOPE, STATE, MARGIN = 0, 1, 1 + 2 * PRICE, COLUMNS - 1
EDGES = [f"{of}{end}" for of in ("", "reach_", "quiet_") for end in ("lower", "upper")]
QUESTIONS = 400
"""So many that a model which says HOLD of most has sides, and edges, among its answers."""


@pytest.fixture(scope="module")
def model(model_dir: Path) -> Model:
    return model_fn(str(model_dir))


@pytest.fixture
def rows() -> NDArray[np.float64]:
    """Questions about prices near 17, some of what is asked not known."""
    chances = np.random.default_rng(0)
    x = chances.normal(2.83, 0.03, size=(QUESTIONS, 1))
    slope = np.exp(chances.normal(size=(QUESTIONS, PRICE)))
    moving = np.concatenate([slope, chances.normal(scale=0.1, size=(QUESTIONS, PRICE)) - slope * x], axis=1)
    fixed = chances.normal(size=(QUESTIONS, MARGIN - STATE)).astype(np.float32)
    rows = np.concatenate([x, moving, fixed, np.full((QUESTIONS, 1), 0.2)], axis=1)
    rows[:, SLOPE:MARGIN][chances.random((QUESTIONS, MARGIN - SLOPE)) < 0.1] = np.nan
    rows[::5, MARGIN] = np.nan
    return rows


def npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def as_csv(rows: NDArray[Any]) -> bytes:
    return "\n".join(",".join("" if np.isnan(v) else str(v) for v in row) for row in rows.tolist()).encode()


def as_json(rows: NDArray[Any]) -> bytes:
    return json.dumps({"instances": [[None if np.isnan(v) else v for v in row] for row in rows.tolist()]}).encode()


def answer_of(body: bytes) -> NDArray[np.void]:
    """An npy answer, as the scorer of the stream consumers reads it."""
    answer: NDArray[np.void] = np.load(io.BytesIO(body), allow_pickle=False)
    return answer


def test_three_content_types_say_the_same_in_and_out(model: Model, rows: NDArray[np.float64]) -> None:
    bodies = {NPY: npy(rows), CSV: as_csv(rows), JSON: as_json(rows)}
    answers = {kind: output_fn(predict_fn(input_fn(body, kind), model), kind) for kind, body in bodies.items()}

    structured = answer_of(answers[NPY][0])
    documents = json.loads(answers[JSON][0])["predictions"]
    header, *lines = answers[CSV][0].decode().splitlines()

    assert [kind for _, kind in answers.values()] == [NPY, CSV, JSON]
    assert header == ",".join(["p_hold", "p_buy", "p_sell", "decision", *EDGES, "inside", "model"])
    assert np.isinf(structured["upper"]).any()
    assert np.isfinite(structured["upper"]).any()
    for row, document, line in zip(structured.tolist(), documents, lines, strict=True):
        expected = [None if value in (-np.inf, np.inf) else value for value in [*row[:-1], row[-1].decode()]]
        assert list(document.values()) == expected
        assert line == ",".join("" if value is None else str(value) for value in expected)


def test_the_answer_is_structured_as_the_wire_form_says(model: Model, rows: NDArray[np.float64]) -> None:
    answer = answer_of(output_fn(predict_fn(input_fn(npy(rows), NPY), model), NPY)[0])

    numbers = [(name, "<f8") for name in ("p_hold", "p_buy", "p_sell")]
    edges = [(name, "<f8") for name in EDGES]
    assert answer.dtype == np.dtype([*numbers, ("decision", "i1"), *edges, ("inside", "?"), ("model", "S32")])
    assert np.allclose(answer["p_hold"] + answer["p_buy"] + answer["p_sell"], 1.0)
    assert set(answer["model"].tolist()) == {model.version.encode()}


def test_probabilities_are_the_fitted_classifiers_own(model: Model, model_dir: Path, rows: NDArray[np.float64]) -> None:
    raw = joblib.load(model_dir / "model.joblib").decision_function(question_of_rows(rows).features())

    answer = predict_fn(rows, model)

    p = probabilities(np.asarray(raw, dtype=np.float64), model.temperature)
    assert np.array_equal(np.column_stack([answer["p_hold"], answer["p_buy"], answer["p_sell"]]), p)
    assert np.array_equal(answer["decision"], decide(p, model.thresholds))


def test_the_decision_is_the_same_inside_of_the_band_and_another_one_at_its_edges(
    model: Model, rows: NDArray[np.float64]
) -> None:
    p = predict_fn(rows, model)
    often = model._replace(thresholds=(float(np.median(p["p_buy"])), float(np.median(p["p_sell"]))))
    answer = predict_fn(rows, often)

    def at(x: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.int8]:
        asked = rows[known]
        asked[:, X] = x[known]
        return np.asarray(predict_fn(asked, often)["decision"])

    above, below = np.isfinite(answer["upper"]), np.isfinite(answer["lower"])
    assert above.sum() > 5
    assert below.sum() > 5
    said = answer["decision"]
    assert (at(answer["upper"], above) != said[above]).all()
    assert (at(np.nextafter(answer["upper"], -np.inf), above) == said[above]).all()
    assert (at(answer["lower"], below) == said[below]).all()
    assert (at(np.nextafter(answer["lower"], -np.inf), below) != said[below]).all()


def test_a_side_goes_on_from_its_edges_up_to_the_margin_that_the_question_names(
    model: Model, rows: NDArray[np.float64]
) -> None:
    p = predict_fn(rows, model)
    often = model._replace(thresholds=(float(np.median(p["p_buy"])), float(np.median(p["p_sell"]))))
    question = question_of_rows(rows)

    answer = predict_fn(rows, often)

    expected = around(lambda asked: model.bands.bands(model.ensemble, *often[2:4], *asked[:4]), question)
    for edge in EDGES:
        assert np.array_equal(answer[edge], getattr(expected, edge))
    assert (answer["quiet_upper"] > answer["upper"]).sum() > 5


def test_a_question_is_inside_where_its_features_are_like_those_that_the_model_learned_from(
    model: Model, matrix: TrainingMatrix
) -> None:
    learned = matrix.features[~matrix.part(Part.TEST)]
    x = 2.83
    asked = np.full((len(learned), COLUMNS), np.nan)
    asked[:, X], asked[:, SLOPE : SLOPE + PRICE] = x, 1.0
    asked[:, SLOPE + PRICE : STATE] = learned[:, :PRICE].astype(np.float64) - x
    asked[:, STATE:MARGIN] = learned[:, PRICE:]

    assert predict_fn(asked, model)["inside"].all()

    for column, name in ((SLOPE + PRICE, FEATURE_NAMES[0]), (STATE, FEATURE_NAMES[PRICE])):
        low, high = (model.seen[end][FEATURE_NAMES.index(name)] for end in (0, 1))
        for pushed in (low - 1e-3, high + 1e-3):
            beyond = asked[:100].copy()
            beyond[::2, column] = pushed - (x if column < STATE else 0.0)
            inside = predict_fn(beyond, model)["inside"]
            assert not inside[::2].any()
            assert inside[1::2].all()

    asked[:, STATE] = np.nan
    assert not predict_fn(asked, model)["inside"].any(), "the volatility was always known"


def test_columns_of_another_memory_order_are_no_matter(model: Model, rows: NDArray[np.float64]) -> None:
    expected = predict_fn(input_fn(npy(rows), NPY), model)

    other = input_fn(npy(np.asfortranarray(rows)), NPY + "; charset=binary")
    assert np.array_equal(predict_fn(other, model), expected)


def test_a_row_scores_the_same_alone_and_among_others(model: Model, rows: NDArray[np.float64]) -> None:
    together = predict_fn(rows, model)

    assert [predict_fn(input_fn(npy(rows[i : i + 1]), NPY), model)[0] for i in range(5)] == list(together[:5])


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"<rows/>", "application/xml", "unsupported content type 'application/xml'"),
        (b"", NPY, "not an npy file"),
        (b"PK\x03\x04 something else", NPY, "not an npy file"),
        (npy(np.zeros((2, COLUMNS), dtype=np.int64)), NPY, "must be float64, not int64"),
        (npy(np.zeros((2, COLUMNS), dtype=np.float32)), NPY, "must be float64, not float32"),
        (npy(np.zeros(COLUMNS)), NPY, "must be of shape"),
        (npy(np.zeros((0, COLUMNS))), NPY, "n > 0"),
        (npy(np.zeros((2, COLUMNS)))[:-1], NPY, "the npy header announces"),
        (npy(np.full((2, COLUMNS), -np.inf)), NPY, "a number is infinite"),
        (b"", CSV, "must be of shape"),
        (b"1,2\n1,2,3", CSV, "different numbers of columns"),
        (b"1,inf", CSV, "a number is infinite"),
        (b"1,two", CSV, "not CSV of numbers"),
        (b"\xff\xfe", CSV, "not CSV of numbers"),
        (b"{", JSON, "not JSON such as"),
        (b"[]", JSON, "not JSON such as"),
        (b'{"rows": []}', JSON, "not JSON such as"),
        (b'{"instances": [["a"]]}', JSON, "not JSON such as"),
        (b'{"instances": [[1%s]]}' % (b"0" * 400), JSON, "not JSON such as"),
        (b'{"instances": [[1e400]]}', JSON, "a number is infinite"),
        (b'{"instances": [[1], [1, 2]]}', JSON, "different numbers of columns"),
        (b'{"instances": []}', JSON, "must be of shape"),
    ],
)
def test_a_request_that_is_none_is_refused_with_the_reason(body: bytes, content_type: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        input_fn(body, content_type)


def test_a_request_with_too_few_columns_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match=f"the model reads {COLUMNS} columns, the request has 3"):
        predict_fn(input_fn(b"1,2,3", CSV), model)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (X, np.nan, "row 7: x must be finite"),
        (SLOPE, 0.0, "slopes positive"),
        (SLOPE, -1.0, "slopes positive"),
        (STATE, 1e300, "a state feature is infinite"),
        (MARGIN, -0.1, "row 7: .* no margin negative"),
    ],
)
def test_a_question_that_is_none_is_refused_with_the_reason(
    model: Model, rows: NDArray[np.float64], column: int, value: float, message: str
) -> None:
    rows[7, SLOPE:STATE] = 1.0
    rows[7, column] = value

    with pytest.raises(ValueError, match=message):
        predict_fn(input_fn(npy(rows), NPY), model)


def test_json_is_the_answer_when_anything_will_do_and_nothing_else_is_made_up(
    model: Model, rows: NDArray[np.float64]
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


def test_classes_names_and_hash_are_the_domains(model: Model) -> None:
    assert tuple(decision.name for decision in Decision) == CLASSES
    assert model.columns == QUESTION_NAMES
    assert inference.feature_hash(FEATURE_NAMES) == FEATURE_HASH


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"versions": {"sklearn": "1.2.2"}}, "made by scikit-learn 1.2.2"),
        ({"feature_names": list(reversed(FEATURE_NAMES))}, "do not belong to its feature hash"),
        ({"classes": ["BUY", "HOLD", "SELL"]}, "the model's classes are"),
        ({"question_names": list(reversed(QUESTION_NAMES))}, "question names do not belong to its feature names"),
        ({"question_names": []}, "question names do not belong to its feature names"),
        ({"feature_ranges": None}, "the model has no feature ranges"),
        ({"feature_ranges": {"activity": {"low": 0.0, "high": 1.0, "missing": True}}}, "are not its features'"),
        (
            {"feature_ranges": dict.fromkeys(FEATURE_NAMES, {"low": 1.0, "high": 0.0, "missing": True})},
            f"the model's range of the feature {FEATURE_NAMES[0]} is broken",
        ),
        (
            {
                "feature_names": FEATURE_NAMES[:-1],
                "feature_hash": inference.feature_hash(FEATURE_NAMES[:-1]),
                "question_names": [name for name in QUESTION_NAMES if name != FEATURE_NAMES[-1]],
            },
            f"the model has {len(FEATURE_NAMES)} features and {len(FEATURE_NAMES) - 1} feature names",
        ),
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


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ("question_names", "question names do not belong"),
        ("feature_ranges", "the model has no feature ranges"),
    ],
)
def test_an_artefact_of_before_questions_or_ranges_is_not_served(
    model_dir: Path, tmp_path: Path, lacking: str, message: str
) -> None:
    shutil.copytree(model_dir, tmp_path / "model")
    metadata = tmp_path / "model" / "metadata.json"
    known = json.loads(metadata.read_text(encoding="utf-8"))
    del known[lacking]
    metadata.write_text(json.dumps(known), encoding="utf-8")

    with pytest.raises(ValueError, match=message):
        model_fn(str(tmp_path / "model"))


def test_a_model_whose_bands_cannot_be_told_is_not_served(model_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(model_dir, tmp_path / "model")
    chances = np.random.default_rng(0)
    two_classes = HistGradientBoostingClassifier(max_iter=2)
    two_classes.fit(chances.normal(size=(100, len(FEATURE_NAMES))), chances.integers(0, 2, 100))
    joblib.dump(two_classes, tmp_path / "model" / "model.joblib")

    with pytest.raises(
        ValueError, match="the model's decision bands cannot be told: the classifier is not of 3 classes"
    ):
        model_fn(str(tmp_path / "model"))
