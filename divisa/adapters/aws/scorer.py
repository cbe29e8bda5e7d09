"""The model behind a SageMaker endpoint, asked and answering in NumPy's format."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from botocore.exceptions import ClientError

from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.scores import EDGES, checked_scores
from divisa.domain.errors import InvalidModel, ScorerUnavailable
from divisa.ports import Scores

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from numpy.typing import NDArray

    from divisa.domain.features import Question

NPY: Final = "application/x-npy"
MAX_ROWS: Final = 10_000
"""Rows a call: 0.2 s of the model, so a call that is lost costs little."""
MAX_BODY: Final = 5 * 1024 * 1024
"""Bytes a call, headers aside; SageMaker takes 6 MB."""
PROBABILITIES: Final = ("p_hold", "p_buy", "p_sell")
_RETRIED: Final = {
    "InternalDependencyException",
    "InternalFailure",
    "ModelNotReadyException",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "ThrottlingException",
}
"""Error codes that may pass by themselves within seconds; a missing endpoint does not."""
_OVERLOADED: Final = {408, 429}


class SageMakerScorer:
    """A `Scorer` that asks one endpoint."""

    def __init__(self, client: SageMakerRuntimeClient, endpoint_name: str, *, backoff: Backoff | None = None) -> None:
        """The client's timeouts bound a try, `backoff` the number of tries; the client itself must not retry."""
        self._client = client
        self._endpoint_name = endpoint_name
        self._backoff = backoff or Backoff(attempts=3, base=0.1, cap=1.0)

    def score(self, question: Question) -> Scores:
        """Probabilities, decisions and bands for n ≥ 1 users; many travel in several calls.

        Raises:
            ScorerUnavailable: no answer in time, after bounded retries.
            InvalidModel: the model does not take this question, or its answer does not fit.
        """
        rows = question.rows()
        step = max(1, min(MAX_ROWS, MAX_BODY // (rows.shape[1] * rows.itemsize)))
        parts = [self._score(rows[start : start + step]) for start in range(0, len(rows), step)]
        versions = {part.model_version for part in parts}
        if len(versions) > 1:  # An update went by between two calls: the next attempt meets one model.
            raise ScorerUnavailable(f"the model changed during the call: {', '.join(sorted(versions))}")
        return Scores(
            probabilities=np.concatenate([part.probabilities for part in parts]),
            decisions=np.concatenate([part.decisions for part in parts]),
            **{edge: np.concatenate([getattr(part, edge) for part in parts]) for edge in EDGES},
            inside=np.concatenate([part.inside for part in parts]),
            effects=np.concatenate([part.effects for part in parts]),
            model_version=versions.pop(),
        )

    def _score(self, rows: NDArray[np.float64]) -> Scores:
        request = io.BytesIO()
        np.save(request, rows, allow_pickle=False)
        return _scores(self._invoke(request.getvalue()), rows[:, 0])

    def _invoke(self, body: bytes) -> bytes:
        failure: BotoCoreError | ClientError | None = None
        for _ in self._backoff.tries():
            try:
                answer = self._client.invoke_endpoint(
                    EndpointName=self._endpoint_name, Body=body, ContentType=NPY, Accept=NPY
                )
                return answer["Body"].read()
            except AWS_ERRORS as error:
                failure = error
                if not _may_pass(error):
                    break
        reason = code_of(failure) if failure is not None else "it was not asked"
        raise ScorerUnavailable(f"endpoint {self._endpoint_name}: {reason}") from failure


def _may_pass(error: BotoCoreError | ClientError) -> bool:
    """Whether to try again.

    Raises:
        InvalidModel: the model itself refused what we sent.
    """
    if not isinstance(error, ClientError):
        return True
    if code_of(error) != "ModelError":
        return code_of(error) in _RETRIED
    response: dict[str, Any] = dict(error.response)
    status = int(response.get("OriginalStatusCode", 500))
    if 400 <= status < 500 and status not in _OVERLOADED:
        raise InvalidModel(f"the model refused the question with status {status}") from error
    return True


def _scores(body: bytes, x: NDArray[np.float64]) -> Scores:
    try:
        table = np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
        probabilities = np.stack([table[name] for name in PROBABILITIES], axis=1)
        edges = np.stack([table[name] for name in EDGES])
        decisions, inside, effects, versions = (
            table["decision"],
            table["inside"],
            table["effect"] if "effect" in (table.dtype.names or ()) else None,
            {bytes(version) for version in np.unique(table["model"])},
        )
    except (ValueError, EOFError, IndexError, TypeError) as error:
        raise InvalidModel("the endpoint's answer is not the table of scores that was asked for") from error
    kinds = probabilities.dtype.kind + edges.dtype.kind + decisions.dtype.kind
    if kinds != "ffi" or len(versions) != 1:
        raise InvalidModel(f"the endpoint's answer has columns of other types, or {len(versions)} model versions")
    version = versions.pop().decode("ascii", "backslashreplace")
    return checked_scores(
        probabilities.astype(np.float64),
        decisions.astype(np.int8),
        list(edges.astype(np.float64)),
        inside,
        effects,
        version,
        x,
    )
