"""Opening an artefact for promotion: it must be whole, made for this code, and of this code's features."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from divisa.domain.features import FEATURE_HASH, FEATURE_NAMES
from model.artefact import UPLIFT
from model.bands.rule import probabilities
from model.inference import model_fn
from model.package import LIB, OPTIONAL_PARTS, PARTS, SERVING_CODE
from model.promotion.gate import Gate, GateName, judged
from model.version import content_of, is_version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from model.inference import Model

_HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class OpenedModel:
    """An artefact that is whole.

    Attributes:
        served: as the endpoint has it.
        classifier: the fitted classifier itself, to compare with.
        metadata: what its metadata.json says.
    """

    served: Model
    classifier: HistGradientBoostingClassifier
    metadata: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Which model it is."""
        return self.served.version

    def probabilities(self, questions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of HOLD, BUY and SELL, float64, shape (n, 3), of questions of shape (n, columns); as the endpoint's answer.

        Raises:
            ValueError: the questions are none that the endpoint would take.
        """
        price = self.served.ensemble.price_features
        x, slope, intercept, state, _ = np.split(
            questions, [1, 1 + price, 1 + 2 * price, questions.shape[1] - 1], axis=1
        )
        raw = self.served.bands.scores(self.served.ensemble, x[:, 0], slope, intercept, state.astype(np.float32))
        return probabilities(raw, self.served.temperature)


def opened(artefact: Path) -> OpenedModel | Gate:
    """An artefact, or the gate that it was refused at: `broken_artefact` or `other_feature_hash`.

    The parts must all be there and nothing else but packages; the version must be that of the parts' content, and the
    serving code this code's own, byte by byte, since what is judged must be what will answer.
    """
    try:
        parts = _parts(artefact)
        metadata: dict[str, Any] = json.loads(parts["metadata.json"])
        version, features = str(metadata["model_version"]), tuple(metadata["feature_names"])
        of_features = str(metadata["feature_hash"])
        content = content_of(parts["model.joblib"], {k: v for k, v in metadata.items() if k != "model_version"})
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return _broken(f"{artefact.name} is no whole artefact: {error}")
    if not is_version_of(version, content):
        return _broken(f"its content is not that of {version}: it was changed after training")
    if (features, of_features) != (FEATURE_NAMES, FEATURE_HASH):
        return _other_features(features, of_features)
    if changed := [name for name in SERVING_CODE if parts[f"code/{name}"] != (_HERE / name).read_bytes()]:
        return _broken(f"it brings other serving code than this version's: {', '.join(changed)}; train it anew")
    if _uplift_hash(metadata) != _hash(parts.get(UPLIFT)):
        return _broken(f"its model of the effect of a message is not that of {version}")
    try:
        with tempfile.TemporaryDirectory(prefix="divisa-candidate-") as folder:
            for name in {"metadata.json", "model.joblib", UPLIFT} & set(parts):
                (Path(folder) / name).write_bytes(parts[name])
            served = model_fn(folder)
        classifier = joblib.load(io.BytesIO(parts["model.joblib"]))
    except Exception as error:  # noqa: BLE001 - whatever a broken pickle raises
        return _broken(f"{version} does not load: {error}")
    return OpenedModel(served, classifier, metadata)


def wholeness(model: OpenedModel) -> tuple[Gate, Gate]:
    """The two gates that an artefact has passed when it is opened."""
    return (
        judged(GateName.BROKEN_ARTEFACT, True, f"{model.version} loads, and its content is what its version says"),
        judged(GateName.OTHER_FEATURE_HASH, True, f"its features are this code's, {FEATURE_HASH}"),
    )


def _parts(artefact: Path) -> dict[str, bytes]:
    """The content of each part.

    Raises:
        ValueError: one is missing, or there is something that does not belong there.
    """
    parts: dict[str, bytes] = {}
    with tarfile.open(artefact) as archive:
        for member in archive:
            if member.name in (*PARTS, *OPTIONAL_PARTS):
                content = archive.extractfile(member)
                parts[member.name] = content.read() if content is not None else b""
            elif not member.isdir() and not member.name.startswith(f"{LIB}/"):
                raise ValueError(f"{member.name} does not belong in it")
    if absent := [part for part in PARTS if part not in parts]:
        raise ValueError(f"it has no {', '.join(absent)}")
    return parts


def _uplift_hash(metadata: Mapping[str, Any]) -> str | None:
    """The hash that the metadata, and so the version, have of the model of the effect; None where there is none."""
    described = metadata.get("uplift")
    return None if described is None else str(described["sha256"])


def _hash(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _broken(why: str) -> Gate:
    return judged(GateName.BROKEN_ARTEFACT, False, why)


def _other_features(features: tuple[str, ...], of_features: str) -> Gate:
    differing = sorted(set(features) ^ set(FEATURE_NAMES))
    what = f"other features ({', '.join(differing)})" if differing else "the same features in another order"
    return judged(
        GateName.OTHER_FEATURE_HASH, False, f"it was trained on {what}, {of_features}; this code asks {FEATURE_HASH}"
    )
