from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError, ResponseStreamingError

from divisa.adapters.aws import clients, scorer
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.errors import InvalidModel, ScorerUnavailable
from tests.unit.adapters.aws.failing import Scripted, client_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

URL = "http://127.0.0.1:1"
AT_ONCE = Backoff(attempts=3, sleep=lambda _: None)
FIELDS = [("p_hold", "f8"), ("p_buy", "f8"), ("p_sell", "f8"), ("decision", "i1"), ("model", "S32")]
TIMEOUT = ReadTimeoutError(endpoint_url=URL)


def table(rows: int = 2, **columns: Any) -> NDArray[Any]:
    answer = np.zeros(rows, dtype=FIELDS)
    answer["p_hold"], answer["decision"], answer["model"] = 1.0, 0, b"v1"
    for name, values in columns.items():
        answer[name] = values
    return answer


def npy(answer: NDArray[Any]) -> dict[str, Any]:
    body = io.BytesIO()
    np.save(body, answer)
    return {"Body": io.BytesIO(body.getvalue())}


def garbage(content: bytes) -> dict[str, Any]:
    return {"Body": io.BytesIO(content)}


def asked(*steps: Any, rows: int = 2) -> Any:
    client: Any = Scripted(*steps)
    SageMakerScorer(client, "decisions", backoff=AT_ONCE).score(np.zeros((rows, 24), dtype=np.float32))
    return client


class BrokenBody:
    def read(self) -> bytes:
        raise ResponseStreamingError(error="the connection broke")


@pytest.mark.parametrize(
    "failure",
    [
        TIMEOUT,
        EndpointConnectionError(endpoint_url=URL),
        client_error("ThrottlingException", 429),
        client_error("ModelNotReadyException", 429),
        client_error("ServiceUnavailable", 503),
        client_error("ModelError", 424, OriginalStatusCode=500),
        client_error("ModelError", 424, OriginalStatusCode=429),
        client_error("ModelError", 424),
        {"Body": BrokenBody()},
    ],
)
def test_what_may_pass_is_tried_again_and_given_up_in_the_end(failure: Any) -> None:
    assert len(asked(failure, failure, npy(table())).calls) == 3
    with pytest.raises(ScorerUnavailable, match="endpoint decisions") as gone:
        asked(failure, failure, failure)
    assert gone.value.__cause__ is not None


def test_a_missing_endpoint_is_not_asked_twice() -> None:
    with pytest.raises(ScorerUnavailable, match="ValidationError"):
        asked(client_error("ValidationError", 400, "Endpoint decisions of account 0 not found."))


def test_features_that_the_model_refuses_are_not_sent_twice() -> None:
    with pytest.raises(InvalidModel, match="status 400"):
        asked(client_error("ModelError", 424, OriginalStatusCode=400))


def test_the_error_does_not_repeat_what_was_sent_or_said() -> None:
    with pytest.raises(ScorerUnavailable) as gone:
        asked(client_error("AccessDeniedException", 403, "secret"))
    assert "secret" not in str(gone.value)


@pytest.mark.parametrize(
    "answer",
    [
        garbage(b""),
        garbage(b"<html>busy</html>"),
        garbage(b"\x93NUMPY\x01\x00"),
        npy(np.zeros((2, 3))),
        npy(np.array([None, None], dtype=object)),
        npy(table()[["p_hold", "p_buy", "p_sell", "decision"]]),
        npy(table(1)),
        npy(table(3)),
        npy(table(decision=3)),
        npy(table(decision=-1)),
        npy(table(p_hold=np.nan)),
        npy(table(p_hold=np.inf)),
        npy(table(p_hold=1.5)),
        npy(table(p_hold=0.5)),
        npy(table(p_hold=-0.5, p_buy=1.5)),
        npy(table(model=[b"v1", b"v2"])),
        npy(table(model=b"")),
        npy(
            table().astype([("p_hold", "f8"), ("p_buy", "f8"), ("p_sell", "f8"), ("decision", "f8"), ("model", "S32")])
        ),
        npy(
            table().astype([("p_hold", "i8"), ("p_buy", "i8"), ("p_sell", "i8"), ("decision", "i1"), ("model", "S32")])
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_no_answer(answer: dict[str, Any]) -> None:
    with pytest.raises(InvalidModel):
        asked(answer)


def test_many_rows_travel_in_chunks_of_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "MAX_ROWS", 2)
    client = asked(npy(table()), npy(table()), npy(table(1)), rows=5)
    assert [np.load(io.BytesIO(call["Body"])).shape for call in client.calls] == [(2, 24), (2, 24), (1, 24)]
    assert all(call["ContentType"] == call["Accept"] == "application/x-npy" for call in client.calls)
    with pytest.raises(ScorerUnavailable, match="changed"):
        asked(npy(table()), npy(table()), npy(table(1, model=b"v2")), rows=5)


def test_a_chunk_stays_below_the_payload_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "MAX_BODY", 24 * 4 * 3)
    client = asked(npy(table(3)), npy(table(3)), rows=6)
    assert len(client.calls) == 2


@pytest.fixture
def silent_endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An address that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield


@pytest.mark.usefixtures("silent_endpoint")
def test_an_endpoint_that_does_not_answer_is_given_up_in_time() -> None:
    client = clients.sagemaker_runtime(read=0.05)
    asked_once = SageMakerScorer(client, "decisions", backoff=Backoff(attempts=2, base=0.001))
    with pytest.raises(ScorerUnavailable, match="ReadTimeoutError"):
        asked_once.score(np.zeros((1, 24), dtype=np.float32))
    client.close()
