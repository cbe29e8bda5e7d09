"""What the lake's doors ask of Firehose, and what they make of refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from divisa.adapters.aws import lake_doors
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.lake_doors import FirehoseLakeDoors
from divisa.adapters.wire import suggestion_to_json
from divisa.adapters.wire.outcome import outcome_to_json
from divisa.domain.errors import StreamUnavailable
from tests.builders import EMAIL, PHONE, a_suggestion, an_outcome
from tests.unit.adapters.aws.failing import Scripted

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient

TAKEN: dict[str, Any] = {"RecordId": "1"}
REFUSED = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow down"}
SUGGESTIONS = [a_suggestion(suggestion_id=f"s-{number}") for number in range(5)]


def answer(*responses: dict[str, Any]) -> dict[str, Any]:
    return {"FailedPutCount": responses.count(REFUSED), "RequestResponses": list(responses)}


def opened(*steps: Any) -> tuple[FirehoseLakeDoors, list[dict[str, Any]]]:
    client = Scripted(*steps)
    patient = Backoff(attempts=2, sleep=lambda _: None)
    return FirehoseLakeDoors(cast("FirehoseClient", client), "made", "known", backoff=patient), client.calls


def test_each_line_is_a_record_of_its_kinds_own_stream() -> None:
    doors, calls = opened(answer(TAKEN), answer(TAKEN))

    doors.put_suggestions(SUGGESTIONS[:1])
    doors.put_outcomes([an_outcome()])

    assert [(call["DeliveryStreamName"], call["Records"]) for call in calls] == [
        ("made", [{"Data": suggestion_to_json(SUGGESTIONS[0])}]),
        ("known", [{"Data": outcome_to_json(an_outcome())}]),
    ]
    assert not [contact for contact in (PHONE, EMAIL) if contact in str(calls)]


def test_only_what_was_refused_is_put_again_and_a_request_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_doors, "MAX_REQUEST_RECORDS", 3)
    doors, calls = opened(answer(TAKEN, REFUSED, TAKEN), answer(TAKEN), answer(TAKEN, TAKEN))

    doors.put_suggestions(SUGGESTIONS)

    lines = [{"Data": suggestion_to_json(each)} for each in SUGGESTIONS]
    assert [call["Records"] for call in calls] == [lines[:3], [lines[1]], lines[3:]]


def test_what_is_refused_again_and_again_is_told() -> None:
    doors, _ = opened(answer(REFUSED), answer(REFUSED))

    with pytest.raises(StreamUnavailable, match="1 lines for the lake were refused after every retry: ServiceUnav"):
        doors.put_outcomes([an_outcome()])
