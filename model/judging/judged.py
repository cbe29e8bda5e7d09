"""The model that is judged: an artefact's parts, as they answer at the endpoint but for the bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from model.bands.rule import decide, probabilities
from model.inference import read_parts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """Trees, the temperature and thresholds of their probabilities, and what else the artefact says.

    Attributes:
        trees: the fitted classifier.
        temperature: raw scores are divided by it before the softmax.
        thresholds: probabilities of BUY and SELL from which the model says so.
        metadata: the artefact's.
    """

    trees: HistGradientBoostingClassifier
    temperature: float
    thresholds: tuple[float, float]
    metadata: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> JudgedModel:
        """The model of an artefact that is unpacked in a folder.

        Raises:
            ValueError: it was made by another scikit-learn, or its parts do not belong together.
            OSError, KeyError: a part or an entry of the metadata is missing.
        """
        metadata, trees = read_parts(folder)
        thresholds = float(metadata["thresholds"]["BUY"]), float(metadata["thresholds"]["SELL"])
        return cls(trees, float(metadata["temperature"]), thresholds, metadata)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n, 3), of float32 features, shape (n, columns)."""
        raw = self.trees.decision_function(np.asarray(features, dtype=np.float32))
        return probabilities(np.asarray(raw, dtype=np.float64), self.temperature)

    def decisions(self, p: NDArray[np.float64]) -> NDArray[np.int8]:
        """Class indices that the model decides on, shape (n,), given its probabilities."""
        return decide(p, self.thresholds)
