"""What the endpoint runs: bytes in, probabilities and decisions out.

The managed scikit-learn image imports this file from the artefact and calls the four functions at its end, in the
order model_fn, input_fn, predict_fn, output_fn. It stands alone: standard library, numpy, joblib and scikit-learn.

Features come as `application/x-npy` (float32 or float64, shape (n, features), NaN for "not known"), `text/csv` (a row
a line, no header, an empty field for "not known") or `application/json` (`{"instances": [[…]]}`, null for "not known").
Every problem with a request is a ValueError; one that begins with "unsupported" is about its content type.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import joblib
import numpy as np
import sklearn
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

CLASSES = ("HOLD", "BUY", "SELL")
"""What a user does within the horizon; a class is its index."""
ANSWER = np.dtype([("p_hold", "<f8"), ("p_buy", "<f8"), ("p_sell", "<f8"), ("decision", "i1"), ("model", "S32")])
"""One row of the answer."""
NPY, CSV, JSON = "application/x-npy", "text/csv", "application/json"


class Model(NamedTuple):
    """A loaded artefact.

    Attributes:
        ensemble: the fitted classifier; `decision_function` gives its raw scores.
        temperature: raw scores are divided by it before the softmax.
        thresholds: probabilities of BUY and SELL from which the model says so.
        version: which model this is.
        features: names of the columns, in order.
    """

    ensemble: Any
    temperature: float
    thresholds: tuple[float, float]
    version: str
    features: tuple[str, ...]


def probabilities(raw: Floats, temperature: float) -> Floats:
    """Calibrated probabilities from raw scores, both of shape (n, 3): the softmax of the scores over a temperature."""
    scaled = raw / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def decide(p: Floats, thresholds: tuple[float, float]) -> NDArray[np.int8]:
    """Class indices, shape (n,): the side that is furthest over its threshold by ratio (a tie is BUY), else HOLD."""
    buy, sell = p[:, 1] / thresholds[0], p[:, 2] / thresholds[1]
    side = np.where(buy >= sell, 1, 2)
    return np.where(np.maximum(buy, sell) >= 1.0, side, 0).astype(np.int8)


def feature_hash(names: tuple[str, ...]) -> str:
    """Identifies the columns and their order."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def model_fn(model_dir: str) -> Model:
    """Load the artefact.

    Raises:
        ValueError: it was made by another scikit-learn, or its parts do not belong together.
    """
    folder = Path(model_dir)
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    made_by = metadata["versions"]["sklearn"]
    if made_by != sklearn.__version__:
        raise ValueError(f"the model was made by scikit-learn {made_by}; this is {sklearn.__version__}")
    features = tuple(metadata["feature_names"])
    if feature_hash(features) != metadata["feature_hash"]:
        raise ValueError("the model's feature names do not belong to its feature hash")
    if tuple(metadata["classes"]) != CLASSES:
        raise ValueError(f"the model's classes are {metadata['classes']}, not {list(CLASSES)}")
    ensemble = joblib.load(folder / "model.joblib")
    if ensemble.n_features_in_ != len(features):
        raise ValueError(f"the model has {ensemble.n_features_in_} features and {len(features)} feature names")
    thresholds = metadata["thresholds"]
    return Model(
        ensemble=ensemble,
        temperature=float(metadata["temperature"]),
        thresholds=(float(thresholds["BUY"]), float(thresholds["SELL"])),
        version=str(metadata["model_version"]),
        features=features,
    )


def input_fn(body: bytes | str, content_type: str) -> NDArray[Any]:
    """The features in a request, shape (n, columns).

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
        raise ValueError(f"features must be of shape (n, columns) with n > 0, not {rows.shape}")
    if np.isinf(rows).any():
        raise ValueError("a feature is infinite")
    return rows


def predict_fn(rows: NDArray[Any], model: Model) -> NDArray[np.void]:
    """Probabilities and decisions, a structured array of dtype ANSWER, shape (n,).

    Raises:
        ValueError: the number of columns is not the model's.
    """
    if rows.shape[1] != len(model.features):
        raise ValueError(f"the model reads {len(model.features)} features, the request has {rows.shape[1]}")
    exact = np.asarray(rows, dtype=np.float32)
    p = probabilities(np.asarray(model.ensemble.decision_function(exact), dtype=np.float64), model.temperature)
    answer = np.empty(len(rows), dtype=ANSWER)
    answer["p_hold"], answer["p_buy"], answer["p_sell"] = p.T
    answer["decision"] = decide(p, model.thresholds)
    answer["model"] = model.version.encode()
    return answer


def output_fn(answer: NDArray[np.void], accept: str) -> tuple[bytes, str]:
    """The answer in the first supported type that is accepted, and that type; JSON when anything will do.

    Raises:
        ValueError: none of the accepted types is supported.
    """
    for kind in (_media_type(choice) for choice in accept.split(",")):
        if kind == NPY:
            buffer = io.BytesIO()
            np.save(buffer, answer, allow_pickle=False)
            return buffer.getvalue(), NPY
        if kind == CSV:
            lines = [",".join(ANSWER.names or ()), *(",".join(map(str, _plain(row))) for row in answer.tolist())]
            return ("\n".join(lines) + "\n").encode(), CSV
        if kind in (JSON, "application/*", "*/*", ""):
            rows = [dict(zip(ANSWER.names or (), _plain(row), strict=True)) for row in answer.tolist()]
            return json.dumps({"predictions": rows}).encode(), JSON
    raise ValueError(f"unsupported accept {accept!r}; ask for {NPY}, {CSV} or {JSON}")


def _plain(row: tuple[float, float, float, int, bytes]) -> tuple[float, float, float, int, str]:
    return (*row[:4], row[4].decode())


def _media_type(header: str) -> str:
    return header.split(";")[0].strip().lower()


def _from_npy(data: bytes) -> NDArray[Any]:
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
    if dtype not in (np.dtype("<f4"), np.dtype("<f8")):
        raise ValueError(f"features must be float32 or float64, not {dtype}")
    values = data[stream.tell() :]
    count = 1
    for length in shape:
        count *= length
    if len(values) != count * dtype.itemsize:
        raise ValueError(f"the npy header announces {count} numbers, the body has {len(values)} bytes")
    return np.frombuffer(values, dtype=dtype).reshape(shape, order="F" if by_column else "C")


def _from_csv(data: bytes) -> NDArray[Any]:
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode())) if row]
        numbers = [[float(field) if field.strip() else np.nan for field in row] for row in rows]
    except (ValueError, csv.Error) as error:
        raise ValueError(f"the body is not CSV of numbers: {error}") from error
    return _rectangle(numbers)


def _from_json(data: bytes) -> NDArray[Any]:
    try:
        document = json.loads(data)
        rows = document["instances"]
        numbers = [[np.nan if value is None else float(value) for value in row] for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError('the body is not JSON such as {"instances": [[0.1, null]]}') from error
    return _rectangle(numbers)


def _rectangle(rows: list[list[float]]) -> NDArray[Any]:
    if len({len(row) for row in rows}) > 1:
        raise ValueError("rows have different numbers of features")
    return np.array(rows, dtype=np.float64)
