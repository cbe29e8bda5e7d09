"""What the decision log asks of Firehose, and what it makes of refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from divisa.adapters.aws import decision_log
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.decision_log import FirehoseDecisionLog
from divisa.adapters.wire.decision import decision_to_json
from divisa.domain.errors import StreamUnavailable
from tests.unit.adapters.aws.failing import Scripted, client_error
from tests.unit.adapters.wire.test_decision import a_whole_record

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient

RECORDS = [replace(a_whole_record(), decision_id=f"d-{number}") for number in range(10)]
LINES = [decision_to_json(record) + b"\n" for record in RECORDS]
TAKEN: dict[str, Any] = {"RecordId": "1"}
REFUSED = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow down"}


def answer(*responses: dict[str, Any]) -> dict[str, Any]:
    return {"FailedPutCount": responses.count(REFUSED), "RequestResponses": list(responses)}


def writing(*steps: Any) -> tuple[FirehoseDecisionLog, list[dict[str, Any]]]:
    client = Scripted(*steps)
    log = FirehoseDecisionLog(cast("FirehoseClient", client), "log", backoff=Backoff(attempts=2, sleep=lambda _: None))
    return log, client.calls


def sent(calls: list[dict[str, Any]]) -> list[list[bytes]]:
    """The records of each request."""
    return [[record["Data"] for record in call["Records"]] for call in calls]


def test_lines_travel_together_each_ended_by_a_line_break() -> None:
    log, calls = writing(answer(TAKEN))
    log.write(RECORDS)
    assert sent(calls) == [[b"".join(LINES)]]
    assert calls[0]["DeliveryStreamName"] == "log"


def test_nothing_is_asked_when_there_is_nothing_to_log() -> None:
    log, calls = writing()
    log.write([])
    assert calls == []


def test_a_record_and_a_request_have_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(LINES[0])
    monkeypatch.setattr(decision_log, "MAX_RECORD_BYTES", 2 * size)
    monkeypatch.setattr(decision_log, "MAX_REQUEST_BYTES", 6 * size)
    log, calls = writing(answer(TAKEN, TAKEN, TAKEN), answer(TAKEN, TAKEN))
    log.write(RECORDS)
    pairs = [b"".join(LINES[start : start + 2]) for start in range(0, 10, 2)]
    assert sent(calls) == [pairs[:3], pairs[3:]]


def test_a_request_has_no_more_records_than_firehose_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_log, "MAX_RECORD_BYTES", 1)
    monkeypatch.setattr(decision_log, "MAX_REQUEST_RECORDS", 4)
    log, calls = writing(answer(*[TAKEN] * 4), answer(*[TAKEN] * 4), answer(*[TAKEN] * 2))
    log.write(RECORDS)
    assert [len(records) for records in sent(calls)] == [4, 4, 2]
    assert [record for records in sent(calls) for record in records] == LINES


def test_only_what_was_refused_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_log, "MAX_RECORD_BYTES", 1)
    log, calls = writing(answer(TAKEN, REFUSED, TAKEN), answer(TAKEN))
    log.write(RECORDS[:3])
    assert sent(calls) == [LINES[:3], LINES[1:2]]


def test_a_stream_that_keeps_refusing_is_unavailable() -> None:
    log, calls = writing(answer(REFUSED), answer(REFUSED))
    with pytest.raises(StreamUnavailable, match="1 records of decisions were refused after every retry: ServiceUn"):
        log.write(RECORDS)
    assert len(calls) == 2


def test_a_stream_that_does_not_answer_is_unavailable_and_its_words_are_not_repeated() -> None:
    log, _ = writing(*[client_error("ServiceUnavailableException", 503, "secret")] * 2)
    with pytest.raises(StreamUnavailable) as caught:
        log.write(RECORDS)
    assert "secret" not in str(caught.value)


def test_the_limits_are_firehoses() -> None:
    assert decision_log.MAX_RECORD_BYTES < 1000 * 1024
    assert (decision_log.MAX_REQUEST_BYTES, decision_log.MAX_REQUEST_RECORDS) == (4_000_000, 500)
