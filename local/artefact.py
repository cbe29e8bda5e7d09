"""A model's artefact as a scorer in this process: the code that the endpoint runs, without the endpoint."""

from __future__ import annotations

import json
import os
import tarfile
import tempfile
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from divisa.adapters.memory.scorer import MemoryScorer
from divisa.domain.errors import InvalidModel
from model.inference import effects, model_fn, predict_fn
from model.package import unpack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from divisa.domain.features import Question
    from divisa.ports import Scorer
    from model.inference import Model


class _Answer(NamedTuple):
    probabilities: NDArray[np.float64]
    decision: NDArray[np.int8]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    reach_lower: NDArray[np.float64]
    reach_upper: NDArray[np.float64]
    quiet_lower: NDArray[np.float64]
    quiet_upper: NDArray[np.float64]


def scorer_for(version: str, artefact: Path) -> Scorer:
    """The scorer of a model by its version: the artefact's, or the running endpoint's, whichever version that has.

    Raises:
        InvalidModel: the artefact is none.
        LaptopCloudError: the artefact is of another version, and no endpoint runs that could be asked.
    """
    if artefact.is_file() and version_of(artefact) == version:
        return scorer_of(artefact)
    from divisa.adapters.aws import clients, scorer
    from local import cloud

    running = cloud.running()
    os.environ.update(running.environ())
    return scorer.SageMakerScorer(clients.sagemaker_runtime(), running.deployment.endpoint_name)


def version_of(artefact: Path) -> str:
    """Which model a model.tar.gz holds.

    Raises:
        InvalidModel: it is none.
    """
    try:
        with tarfile.open(artefact) as archive:
            metadata = archive.extractfile("metadata.json")
            return str(json.load(metadata)["model_version"]) if metadata is not None else ""
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidModel(f"{artefact} is no model: {error}") from error


def scorer_of(artefact: Path) -> MemoryScorer:
    """The scorer of a model.tar.gz. The first of a machine compiles for half a minute.

    Raises:
        InvalidModel: as `loaded`.
    """
    served = loaded(artefact)
    return MemoryScorer(
        partial(_answer, served),
        inside=partial(_inside, served),
        effects=partial(_effects, served),
        model_version=served.version,
    )


def loaded(artefact: Path) -> Model:
    """The model of a model.tar.gz, as the endpoint would load it.

    Raises:
        InvalidModel: there is no such artefact, or it is none that this code can serve.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            unpack(artefact, Path(folder))
            return model_fn(folder)
    except (OSError, ValueError, KeyError) as error:
        raise InvalidModel(f"{artefact} is no model that can be served here: {error}") from error


def _answer(served: Model, question: Question) -> _Answer:
    import numpy as np

    told = predict_fn(question.rows(), served)
    probabilities = np.stack([told["p_hold"], told["p_buy"], told["p_sell"]], axis=1)
    return _Answer(probabilities, *(told[name] for name in _Answer._fields[1:]))


def _effects(served: Model, question: Question, decisions: NDArray[np.int8]) -> NDArray[np.float64]:
    return effects(question.features(), decisions, served)


def _inside(served: Model, question: Question) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = served.seen.inside(question.features())
    return inside
