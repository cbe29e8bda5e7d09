"""What the endpoint runs: questions in; probabilities, decisions and decision bands out.

The managed scikit-learn image imports this file from the artefact and calls the four functions at its end, in the
order model_fn, input_fn, predict_fn, output_fn. It needs the standard library, numpy, joblib, scikit-learn, and beside
it `effect.py` and the package `bands`, which needs numba: the image's own, or what the artefact brings in `lib`.

A question is a row of the columns that the artefact's metadata.json lists as `question_names`: x, the log price to be
asked at; slopes and then intercepts of the price features, so that a feature is float32(slope · x + intercept); and
the other features as they are; margin, the log price below which HOLD does not part a side in two. Rows come as

    application/x-npy   float64 and nothing shorter, shape (n, columns), NaN for "not known"
    text/csv            a row a line, no header, an empty field for "not known"
    application/json    {"instances": [[…]]}, null for "not known"

x is always known and finite, slopes are positive, a margin is not negative, nothing is infinite. The answer has a row
for each, of the columns of ANSWER: the decision is the same for every log price with lower <= x < upper. The reach of a
side is the band, and goes on behind HOLD that is narrower than the margin, as often as the same side comes again; its
quiet is the reach and HOLD beside it, no farther than the margin. For HOLD, or without a margin, both are the band. An
edge that is never reached is infinite in npy, an empty field in CSV and null in JSON, which knows no infinity. `inside`
tells whether every feature, as the trees read it at x, lies in the range that the model learned from. `effect` is what
telling the decided side is expected to add to its probability: NaN, an empty field or null for HOLD, and everywhere
when the artefact has no model of that.

Every problem with a request is a ValueError; one that begins with "unsupported" is about a content type.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import importlib.util
import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import joblib
import numpy as np
import sklearn

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

CLASSES = ("HOLD", "BUY", "SELL")
"""What a user does within the horizon; a class is its index."""
EDGES = ("lower", "upper", "reach_lower", "reach_upper", "quiet_lower", "quiet_upper")
"""Columns of the answer that are log prices."""
ANSWER = np.dtype(
    [
        ("p_hold", "<f8"),
        ("p_buy", "<f8"),
        ("p_sell", "<f8"),
        ("decision", "i1"),
        *((edge, "<f8") for edge in EDGES),
        ("inside", "?"),
        ("effect", "<f8"),
        ("model", "S32"),
    ]
)
"""One row of the answer."""
NPY, CSV, JSON = "application/x-npy", "text/csv", "application/json"


class Model(NamedTuple):
    """A loaded artefact.

    Attributes:
        bands: the package that tells decision bands.
        ensemble: the fitted classifier, as that package walks it.
        temperature: raw scores are divided by it before the softmax.
        thresholds: probabilities of BUY and SELL from which the model says so.
        version: which model this is.
        columns: names of a question's columns, in order.
        seen: the ranges of features that it learned from, as that package knows them.
        effect: the module that knows what a model of the effect reads.
        uplift: that model; None when the artefact has none.
    """

    bands: ModuleType
    ensemble: Any
    temperature: float
    thresholds: tuple[float, float]
    version: str
    columns: tuple[str, ...]
    seen: Any
    effect: ModuleType
    uplift: Any


def feature_hash(names: tuple[str, ...]) -> str:
    """Identifies the columns of features and their order."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def question_names(features: tuple[str, ...], price_features: int) -> tuple[str, ...]:
    """Columns of a question about features of which the first so many are affine in the log price.

    >>> question_names(("gain", "age"), 1)
    ('x', 'slope_of_gain', 'intercept_of_gain', 'age', 'margin')
    """
    moving, fixed = features[:price_features], features[price_features:]
    terms = (*(f"slope_of_{name}" for name in moving), *(f"intercept_of_{name}" for name in moving))
    return ("x", *terms, *fixed, "margin")


def model_fn(model_dir: str) -> Model:
    """Load the artefact, and prove that decision bands can be told of its model.

    Raises:
        ValueError: it was made by another scikit-learn, its parts do not belong together, a range of its features is
            missing or broken, its model of the effect of a message is missing or broken, its bands would not be exact,
            or there is no numba.
    """
    metadata, classifier = read_parts(Path(model_dir))
    features = tuple(metadata["feature_names"])
    bands = _bands_package()
    columns = question_names(features, bands.PRICE_FEATURES)
    if tuple(metadata.get("question_names", ())) != columns:
        raise ValueError("the model's question names do not belong to its feature names")
    seen = bands.seen_of(metadata.get("feature_ranges"), features)
    try:
        ensemble = bands.flatten(classifier)
    except bands.UnusableEnsemble as error:
        raise ValueError(f"the model's decision bands cannot be told: {error}") from error
    effect, uplift = importlib.import_module(_beside("effect")), None
    if "uplift" in metadata:
        stored = Path(model_dir) / "uplift.joblib"
        if not stored.is_file():
            raise ValueError("the metadata have a model of the effect of a message, the artefact has none")
        uplift = effect.model_of(joblib.load(stored), len(features))
    thresholds = metadata["thresholds"]
    return Model(
        bands=bands,
        ensemble=ensemble,
        temperature=float(metadata["temperature"]),
        thresholds=(float(thresholds["BUY"]), float(thresholds["SELL"])),
        version=str(metadata["model_version"]),
        columns=columns,
        seen=seen,
        effect=effect,
        uplift=uplift,
    )


def read_parts(folder: Path) -> tuple[dict[str, Any], Any]:
    """The metadata and the fitted classifier of an artefact's folder.

    Raises:
        ValueError: it was made by another scikit-learn, or its parts do not belong together.
    """
    metadata: dict[str, Any] = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    made_by = metadata["versions"]["sklearn"]
    if made_by != sklearn.__version__:
        raise ValueError(f"the model was made by scikit-learn {made_by}; this is {sklearn.__version__}")
    features = tuple(metadata["feature_names"])
    if feature_hash(features) != metadata["feature_hash"]:
        raise ValueError("the model's feature names do not belong to its feature hash")
    if tuple(metadata["classes"]) != CLASSES:
        raise ValueError(f"the model's classes are {metadata['classes']}, not {list(CLASSES)}")
    classifier = joblib.load(folder / "model.joblib")
    if classifier.n_features_in_ != len(features):
        raise ValueError(f"the model has {classifier.n_features_in_} features and {len(features)} feature names")
    return metadata, classifier


def input_fn(body: bytes | str, content_type: str) -> NDArray[np.float64]:
    """The questions in a request, shape (n, columns).

    Raises:
        ValueError: the content type is unsupported, or the body is not of that type.
    """
    kind = _media_type(content_type)
    data = body.encode() if isinstance(body, str) else bytes(body)
    if kind == NPY:
        rows = _from_npy(data)
    elif kind == CSV:
        rows = _from_csv(data)
    elif kind == JSON:
        rows = _from_json(data)
    else:
        raise ValueError(f"unsupported content type {kind!r}; send {NPY}, {CSV} or {JSON}")
    if rows.ndim != 2 or not len(rows):
        raise ValueError(f"questions must be of shape (n, columns) with n > 0, not {rows.shape}")
    if np.isinf(rows).any():
        raise ValueError("a number is infinite")
    return rows


def predict_fn(rows: NDArray[np.float64], model: Model) -> NDArray[np.void]:
    """Probabilities, decisions, bands and whether it is inside, a structured array of dtype ANSWER, shape (n,).

    Raises:
        ValueError: the number of columns is not the model's, an x is not finite, a slope not positive, a margin
            negative, or something too large to compute with.
    """
    if rows.shape[1] != len(model.columns):
        raise ValueError(f"the model reads {len(model.columns)} columns, the request has {rows.shape[1]}")
    price = model.ensemble.price_features
    x, slope, intercept, state, margin = np.split(rows, [1, 1 + price, 1 + 2 * price, rows.shape[1] - 1], axis=1)
    with np.errstate(over="ignore"):  # What overflows is infinite then, and refused.
        state = state.astype(np.float32)
    rule = model.temperature, model.thresholds
    users = model.bands.Users(x[:, 0], slope, intercept, state)
    told = model.bands.bands(model.ensemble, *rule, *users, margin[:, 0])
    answer = np.empty(len(rows), dtype=ANSWER)
    answer["p_hold"], answer["p_buy"], answer["p_sell"] = told.probabilities.T
    answer["decision"] = told.decision
    for edge in EDGES:
        answer[edge] = getattr(told, edge)
    features = users.features()
    answer["inside"] = model.seen.inside(features)
    answer["effect"] = effects(features, told.decision, model)
    answer["model"] = model.version.encode()
    return answer


def effects(features: NDArray[np.float32], decisions: NDArray[np.int8], model: Model) -> NDArray[np.float64]:
    """What telling the decided sides adds to their probabilities, float64, shape (n,); NaN where it is not said."""
    said = np.full(len(features), np.nan)
    sides = np.flatnonzero(decisions)
    if model.uplift is not None and len(sides):
        said[sides] = model.uplift.effect(model.effect.inputs_of(features[sides], decisions[sides]))
    return said


def output_fn(answer: NDArray[np.void], accept: str) -> tuple[bytes, str]:
    """The answer in the first supported type that is accepted, and that type; JSON when anything will do.

    Raises:
        ValueError: none of the accepted types is supported.
    """
    names = ANSWER.names or ()
    for kind in (_media_type(choice) for choice in accept.split(",")):
        if kind == NPY:
            buffer = io.BytesIO()
            np.save(buffer, answer, allow_pickle=False)
            return buffer.getvalue(), NPY
        if kind == CSV:
            rows = [["" if value is None else str(value) for value in _plain(row)] for row in answer.tolist()]
            return ("\n".join(map(",".join, [names, *rows])) + "\n").encode(), CSV
        if kind in (JSON, "application/*", "*/*", ""):
            documents = [dict(zip(names, _plain(row), strict=True)) for row in answer.tolist()]
            return json.dumps({"predictions": documents}, allow_nan=False).encode(), JSON
    raise ValueError(f"unsupported accept {accept!r}; ask for {NPY}, {CSV} or {JSON}")


def _bands_package() -> ModuleType:
    """The package beside this file, compiled: `bands` in the container, `model.bands` in the repository.

    Not imported above: training reads this file for its names, where there is no numba.
    """
    lib = str(Path(__file__).resolve().parent / "lib")
    if importlib.util.find_spec("numba") is None and lib not in sys.path:
        sys.path.append(lib)
    name = _beside("bands")
    try:
        importlib.import_module(f"{name}.search")
    except ModuleNotFoundError as error:
        raise ValueError(f"the model cannot be served: there is no {error.name}, and none in {lib}") from error
    return sys.modules[name]


def _beside(name: str) -> str:
    """How a module beside this file is imported: alone in the container, of the package in the repository."""
    return f"{__package__}.{name}" if __package__ else name


def _plain(row: tuple[Any, ...]) -> list[Any]:
    """A row of the answer as what JSON knows; None for what is infinite or NaN."""
    values = (value.decode() if isinstance(value, bytes) else value for value in row)
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in values]


def _media_type(header: str) -> str:
    return header.split(";")[0].strip().lower()


def _from_npy(data: bytes) -> NDArray[np.float64]:
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, by_column, dtype = read_header(stream)
    except (ValueError, KeyError, EOFError) as error:
        raise ValueError("the body is not an npy file") from error
    if dtype != np.dtype("<f8"):
        raise ValueError(f"questions must be float64, not {dtype}: with other digits x is another price")
    values = data[stream.tell() :]
    count = math.prod(shape)
    if len(values) != count * dtype.itemsize:
        raise ValueError(f"the npy header announces {count} numbers, the body has {len(values)} bytes")
    return np.frombuffer(values, dtype=np.float64).reshape(shape, order="F" if by_column else "C")


def _from_csv(data: bytes) -> NDArray[np.float64]:
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode())) if row]
        numbers = [[float(field) if field.strip() else np.nan for field in row] for row in rows]
    except (ValueError, csv.Error) as error:
        raise ValueError(f"the body is not CSV of numbers: {error}") from error
    return _rectangle(numbers)


def _from_json(data: bytes) -> NDArray[np.float64]:
    try:
        document = json.loads(data)
        rows = document["instances"]
        numbers = [[np.nan if value is None else float(value) for value in row] for row in rows]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError('the body is not JSON such as {"instances": [[0.1, null]]}') from error
    return _rectangle(numbers)


def _rectangle(rows: list[list[float]]) -> NDArray[np.float64]:
    if len({len(row) for row in rows}) > 1:
        raise ValueError("rows have different numbers of columns")
    return np.array(rows, dtype=np.float64)
