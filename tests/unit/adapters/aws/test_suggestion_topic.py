from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from divisa.adapters.aws import suggestion_topic
from divisa.adapters.aws.backoff import Backoff
from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
from divisa.domain.errors import NotifierUnavailable
from divisa.domain.recipient import Channel
from divisa.ports import Announcement
from tests.builders import a_suggestion
from tests.unit.adapters.aws.failing import Scripted, client_error

TAKEN: dict[str, Any] = {"Successful": []}
ANNOUNCEMENTS = [Announcement(a_suggestion(user_id=f"u-{n}"), Channel.SMS) for n in range(12)]


def refused(*ids: str) -> dict[str, Any]:
    return {"Failed": [{"Id": each, "Code": "InternalFailure", "SenderFault": False} for each in ids]}


def published(*steps: Any) -> list[list[str]]:
    """The ids of each batch that was sent."""
    client: Any = Scripted(*steps)
    topic = SnsSuggestionTopic(client, "arn", backoff=Backoff(attempts=3, sleep=lambda _: None))
    topic.publish(ANNOUNCEMENTS)
    return [[entry["Id"] for entry in call["PublishBatchRequestEntries"]] for call in client.calls]


def test_ten_travel_together() -> None:
    assert list(map(len, published(TAKEN, TAKEN))) == [10, 2]


def test_only_what_was_refused_is_sent_again() -> None:
    assert published(refused("3", "7"), refused("7"), TAKEN, TAKEN)[1:3] == [["3", "7"], ["7"]]


def test_a_batch_that_fails_whole_is_sent_again() -> None:
    timeout = ReadTimeoutError(endpoint_url="http://127.0.0.1")
    sent = published(timeout, client_error("InternalError", 500), TAKEN, TAKEN)
    assert list(map(len, sent)) == [10, 10, 10, 2]


@pytest.mark.parametrize("failure", [refused("3"), client_error("NotFound", 404)])
def test_a_topic_that_keeps_refusing_is_unavailable(failure: Any) -> None:
    with pytest.raises(NotifierUnavailable, match="InternalFailure|NotFound"):
        published(failure, failure, failure)


def test_a_batch_stays_below_the_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestion_topic, "MAX_BYTES", 1500)
    sent = published(*[TAKEN] * 12)
    assert max(map(len, sent)) < 10
    assert [entry for batch in sent for entry in batch] == [str(n) for n in range(12)]
