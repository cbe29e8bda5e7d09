from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError, ResponseStreamingError
from numpy.lib.recfunctions import repack_fields

from divisa.adapters.aws import clients, scorer
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.domain.errors import InvalidModel, ScorerUnavailable
from divisa.domain.features import PRICE_FEATURE_NAMES, QUESTION_NAMES, Question, question_of_rows
from tests.unit.adapters.aws.failing import Scripted, client_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

URL = "http://127.0.0.1:1"
AT_ONCE = Backoff(attempts=3, sleep=lambda _: None)
COLUMNS, PRICE = len(QUESTION_NAMES), len(PRICE_FEATURE_NAMES)
BAND, REACH, QUIET = ("lower", "upper"), ("reach_lower", "reach_upper"), ("quiet_lower", "quiet_upper")
NUMBERS = ("p_hold", "p_buy", "p_sell", *BAND, *REACH, *QUIET)
FIELDS = [*((name, "f8") for name in NUMBERS), ("decision", "i1"), ("inside", "?"), ("model", "S32")]
FINITE = {name: -1 if name.endswith("lower") else 2 for name in (*BAND, *REACH, *QUIET)}
TIMEOUT = ReadTimeoutError(endpoint_url=URL)


def table(rows: int = 2, **columns: Any) -> NDArray[Any]:
    answer = np.zeros(rows, dtype=FIELDS)
    answer["p_hold"], answer["decision"], answer["inside"], answer["model"] = 1.0, 0, True, b"v1"
    for lower, upper in (BAND, REACH, QUIET):
        answer[lower], answer[upper] = -np.inf, np.inf
    for name, values in columns.items():
        answer[name] = values
    return answer


def as_integers(answer: NDArray[Any], *names: str) -> NDArray[Any]:
    """The same with other types in some columns."""
    return answer.astype([(name, "i8" if name in names else kind) for name, kind in FIELDS])


def with_effect(answer: NDArray[Any], effect: object, kind: str = "f8") -> NDArray[Any]:
    """The same, with what a message adds."""
    wider = np.zeros(len(answer), dtype=[*FIELDS, ("effect", kind)])
    for name, _ in FIELDS:
        wider[name] = answer[name]
    wider["effect"] = effect
    return wider


def npy(answer: NDArray[Any]) -> dict[str, Any]:
    body = io.BytesIO()
    np.save(body, answer)
    return {"Body": io.BytesIO(body.getvalue())}


def garbage(content: bytes) -> dict[str, Any]:
    return {"Body": io.BytesIO(content)}


def question(rows: int) -> Question:
    """Users who are told apart by their log prices: 0, 1, 2, …; nothing else is known of them."""
    asked = np.full((rows, COLUMNS), np.nan)
    asked[:, 0] = np.arange(rows)
    return question_of_rows(asked)


def asked(*steps: Any, rows: int = 2) -> Any:
    client: Any = Scripted(*steps)
    SageMakerScorer(client, "decisions", backoff=AT_ONCE).score(question(rows))
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


def test_a_question_that_the_model_refuses_is_not_sent_twice() -> None:
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
        npy(repack_fields(table()[[*NUMBERS, "decision", "inside"]])),
        npy(repack_fields(table()[[*NUMBERS, "decision", "model"]])),
        npy(repack_fields(table()[[*NUMBERS[:4], *NUMBERS[5:], "decision", "inside", "model"]])),
        npy(repack_fields(table()[[*NUMBERS[:-1], "decision", "inside", "model"]])),
        npy(table()[0]),
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
        npy(table(lower=np.nan)),
        npy(table(upper=[0.5, 0.5])),
        npy(table(upper=[0.5, 1.0])),
        npy(table(lower=[0.5, 0.5])),
        npy(table(reach_upper=1.5)),
        npy(table(lower=-2.0, reach_lower=-1.0)),
        npy(table(upper=2.0, reach_upper=3.0, quiet_upper=2.5)),
        npy(table(lower=-2.0, reach_lower=-3.0, quiet_lower=np.nan)),
        npy(table().astype([(name, "f8" if name == "decision" else kind) for name, kind in FIELDS])),
        npy(as_integers(table(), "inside")),
        npy(table().astype([(name, "(2,)?" if name == "inside" else kind) for name, kind in FIELDS])),
        npy(with_effect(table(), 1.5)),
        npy(with_effect(table(), np.inf)),
        npy(with_effect(table(), 0, "i8")),
        npy(with_effect(table(), 0.5, "(2,)f8")),
        npy(as_integers(table(**FINITE), *NUMBERS)),
        npy(as_integers(table(**FINITE), *BAND, *REACH, *QUIET)),
    ],
)
def test_an_answer_that_does_not_fit_is_no_answer(answer: dict[str, Any]) -> None:
    with pytest.raises(InvalidModel):
        asked(answer)


def test_bands_and_all_else_are_read_by_name() -> None:
    answer = table(decision=[1, 2], p_hold=0.25, p_buy=0.25, p_sell=0.5, lower=[-np.inf, 0.75], upper=[0.25, 1.5])
    answer["reach_lower"][1], answer["quiet_lower"][1], answer["reach_upper"], answer["quiet_upper"] = 0.5, 0.25, 2, 3
    answer["inside"] = [False, True]
    turned = answer[
        ["model", "inside", *QUIET, "upper", "lower", *REACH[::-1], "p_sell", "p_buy", "p_hold", "decision"]
    ]
    client: Any = Scripted(npy(repack_fields(turned)))

    scores = SageMakerScorer(client, "decisions", backoff=AT_ONCE).score(question(2))

    assert scores.probabilities.tolist() == [[0.25, 0.25, 0.5]] * 2
    assert scores.decisions.tolist() == [1, 2]
    assert (scores.lower.tolist(), scores.upper.tolist()) == ([-np.inf, 0.75], [0.25, 1.5])
    assert (scores.reach_lower.tolist(), scores.reach_upper.tolist()) == ([-np.inf, 0.5], [2.0, 2.0])
    assert (scores.quiet_lower.tolist(), scores.quiet_upper.tolist()) == ([-np.inf, 0.25], [3.0, 3.0])
    assert scores.inside.tolist() == [False, True]
    assert scores.model_version == "v1"
    assert scores.decisions.dtype == np.int8
    assert {scores.probabilities.dtype, scores.lower.dtype, scores.upper.dtype} == {np.dtype(np.float64)}


def test_what_a_message_adds_is_read_where_a_model_says_it_and_is_unknown_where_it_does_not() -> None:
    """So that the model may go first, and the functions after it, or the other way round."""
    client: Any = Scripted(npy(with_effect(table(), [np.nan, -0.25])), npy(table()))
    endpoint = SageMakerScorer(client, "decisions", backoff=AT_ONCE)

    assert endpoint.score(question(2)).effects.tolist() == pytest.approx([np.nan, -0.25], nan_ok=True)
    assert np.isnan(endpoint.score(question(2)).effects).all()


def test_the_question_travels_with_nothing_lost() -> None:
    told = question(2)._replace(state=np.full((2, COLUMNS - 2 - 2 * PRICE), 0.1, dtype=np.float32))
    client: Any = Scripted(npy(table()))

    SageMakerScorer(client, "decisions", backoff=AT_ONCE).score(told)

    sent = np.load(io.BytesIO(client.calls[0]["Body"]))
    assert sent.dtype == np.float64
    for column, travelled in zip(told, question_of_rows(sent), strict=True):
        np.testing.assert_array_equal(travelled, column)


def test_many_rows_travel_in_chunks_of_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "MAX_ROWS", 2)
    client: Any = Scripted(
        npy(table()),
        npy(table(lower=[1.5, 2.5], upper=4, reach_upper=[8, 9], quiet_upper=9)),
        npy(table(1, inside=False)),
    )
    scores = SageMakerScorer(client, "decisions", backoff=AT_ONCE).score(question(5))
    assert scores.lower.tolist() == [-np.inf, -np.inf, 1.5, 2.5, -np.inf]
    assert scores.reach_upper.tolist() == [np.inf, np.inf, 8, 9, np.inf]
    assert scores.inside.tolist() == [True, True, True, True, False]
    assert [np.load(io.BytesIO(call["Body"]))[:, 0].tolist() for call in client.calls] == [[0, 1], [2, 3], [4]]
    assert all(call["ContentType"] == call["Accept"] == "application/x-npy" for call in client.calls)
    with pytest.raises(ScorerUnavailable, match="changed"):
        asked(npy(table()), npy(table()), npy(table(1, model=b"v2")), rows=5)


def test_a_chunk_stays_below_the_payload_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "MAX_BODY", COLUMNS * 8 * 3)
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
        asked_once.score(question(1))
    client.close()
