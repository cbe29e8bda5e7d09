from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.wire import backlog_request_to_json
from divisa.domain.evaluation import shard_of
from stream_consumers import backlog
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.services.world import World, an_arrival
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output

USERS = [f"u-{number}" for number in range(12)]
SHARDS = [[user for user in USERS if shard_of(user, 2) == shard] for shard in (0, 1)]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Twelve people whom a price told to sell, put off because a quotes consumer decides about three at once."""
    made = World(dict.fromkeys(USERS, 16.0))
    made.clock.set(WEDNESDAY + timedelta(seconds=1))
    replace(made.apply, at_once=3)([an_arrival(a_quote())])
    assert made.recorded() == []
    monkeypatch.setattr(backlog, "_work_off", lambda: replace(made.work_off, chunk=2))
    return made


def an_event(*bodies: bytes | str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "eventSource": "aws:sqs",
                "body": body if isinstance(body, str) else body.decode(),
            }
            for number, body in enumerate(bodies, start=1)
        ]
    }


def request(shard: int) -> bytes:
    return backlog_request_to_json(USD_MXN, shard)


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def told(world: World) -> set[str]:
    return {each.user_id for each in world.told()}


def test_the_broken_watches_of_a_shard_are_decided_and_counted(
    world: World, context: LambdaContext, output: Output
) -> None:
    assert failed(backlog.handler(an_event(request(1)), context)) == []

    mine = len(SHARDS[1])
    assert told(world) == set(SHARDS[1])
    assert output.counted() == {"UsersEvaluated": mine, "WatchesMoved": mine, "SuggestionsMade": mine}


def test_a_request_that_comes_again_finds_nothing_to_do(world: World, context: LambdaContext, output: Output) -> None:
    backlog.handler(an_event(request(0), request(0), request(1)), context)

    assert told(world) == set(USERS)
    assert output.counted()["SuggestionsMade"] == len(USERS)


def test_what_there_is_no_time_for_goes_back_to_the_queue(
    world: World, context: LambdaContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: backlog.CHUNK_MILLISECONDS)
    asked_before = len(world.backlog.requests)

    assert failed(backlog.handler(an_event(request(1)), context)) == []

    assert output.counted()["UsersEvaluated"] == 2
    assert world.backlog.requests[asked_before:] == [(USD_MXN, 1)]


def test_a_message_that_is_no_request_is_named_and_logged_and_the_others_are_worked_off(
    world: World, context: LambdaContext, output: Output
) -> None:
    assert failed(backlog.handler(an_event("{", request(1), '{"pair":"USD/MXN"}'), context)) == ["m-1", "m-3"]

    assert told(world) == set(SHARDS[1])
    errors = [line["problem"] for line in output.lines() if line["level"] == "ERROR"]
    assert all(each.startswith("InvalidInput: the message is no request to work off a shard") for each in errors)
    assert len(errors) == 2


def test_while_the_model_does_not_answer_the_request_comes_again_and_nothing_is_lost(
    world: World, context: LambdaContext, output: Output
) -> None:
    world.scorer.switch_off()
    assert failed(backlog.handler(an_event(request(1)), context)) == ["m-1"]
    [error] = [line for line in output.lines() if line["level"] == "ERROR"]
    assert error["problem"].startswith("ScorerUnavailable: ")

    world.scorer.failure = None
    assert failed(backlog.handler(an_event(request(1)), context)) == []
    assert told(world) == set(SHARDS[1])


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    backlog._work_off.cache_clear()

    assert failed(backlog.handler(an_event(request(1)), context)) == ["m-1"]
    assert "InvalidSetting: STAGE: is missing" in output.text()
