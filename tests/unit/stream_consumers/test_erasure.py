from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.wire import erasure_request_to_json
from divisa.domain.errors import StoreUnavailable
from stream_consumers import erasure
from tests.unit.services.people import PeopleWorld, contacts_of, token_of

if TYPE_CHECKING:
    from datetime import datetime

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output

ANA = "0a2b7c9e-ana"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> PeopleWorld:
    made = PeopleWorld()
    made.settle(ANA)
    monkeypatch.setattr(erasure, "_erase", lambda: made.erase_person)
    return made


def an_event(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"m-{number}", "eventSource": "aws:sqs", "body": body}
            for number, body in enumerate(bodies, start=1)
        ]
    }


REQUEST = erasure_request_to_json(ANA).decode()


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_whoever_is_named_is_erased_with_the_second_look(
    world: PeopleWorld, context: LambdaContext, output: Output
) -> None:
    assert failed(erasure.handler(an_event(REQUEST), context)) == []
    assert world.queue.requests == [ANA]
    world.queue.requests.clear()
    assert failed(erasure.handler(an_event(REQUEST), context)) == []
    assert world.traces_of(ANA) == []
    assert output.counted()["PeopleErased"] == 1


def test_the_log_says_how_many_and_not_who(world: PeopleWorld, context: LambdaContext, output: Output) -> None:
    erasure.handler(an_event(REQUEST, "{}", f'{{"user_id": "{ANA}", "x": 1}}'), context)
    text = output.text()
    assert [secret for secret in (ANA, *contacts_of(ANA), token_of(ANA)) if secret in text] == []
    assert world.pseudonym(ANA) not in text


def test_what_is_no_request_is_named_and_does_not_hold_the_others_up(
    world: PeopleWorld, context: LambdaContext, output: Output
) -> None:
    assert failed(erasure.handler(an_event("not json", REQUEST), context)) == ["m-1"]
    assert world.recipients.get_many([ANA]) == {}
    assert output.counted()["PeopleErased"] == 0


class FullBucket:
    """A bucket that does not answer."""

    def put(self, pseudonym: str, at: datetime) -> None:
        raise StoreUnavailable("the bucket did not answer")


def test_a_request_whose_erasing_failed_is_received_again(
    world: PeopleWorld, context: LambdaContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_erase", lambda: replace(world.erase_person, markers=FullBucket()))
    assert failed(erasure.handler(an_event(REQUEST), context)) == []
    assert failed(erasure.handler(an_event(REQUEST), context)) == ["m-1"]
    assert world.sign_ins.find(ANA) is not None

    monkeypatch.setattr(erasure, "_erase", lambda: world.erase_person)
    world.queue.requests.clear()
    assert failed(erasure.handler(an_event(REQUEST), context)) == []
    assert world.traces_of(ANA) == []
    assert output.counted()["PeopleErased"] == 1
