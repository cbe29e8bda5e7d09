from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.kpl import aggregate
from divisa.adapters.wire import quote_to_json
from divisa.domain.errors import InvalidSetting, StoreUnavailable
from stream_consumers import quotes
from tests.builders import EMAIL, PHONE, WEDNESDAY, a_portfolio, a_quote, a_recipient, quotes_of
from tests.unit.services.world import World
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The consumer's use case on memory adapters, in place of the one that settings would wire."""
    made = World(costs={"ana": 16.0, "eva": None})
    made.clock.set(WEDNESDAY + timedelta(seconds=5))
    monkeypatch.setattr(quotes, "_apply", lambda: made.apply)
    return made


def an_event(payloads: Sequence[bytes | str]) -> dict[str, Any]:
    """A batch of a shard; text is put in as it is, where Base64 belongs."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {
                    "partitionKey": "USD/MXN",
                    "sequenceNumber": str(number),
                    "data": payload if isinstance(payload, str) else base64.b64encode(payload).decode(),
                    "approximateArrivalTimestamp": WEDNESDAY.timestamp(),
                },
            }
            for number, payload in enumerate(payloads, start=1)
        ]
    }


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_a_quote_becomes_a_suggestion_and_both_are_counted(
    world: World, context: LambdaContext, output: Output
) -> None:
    response = quotes.handler(an_event([quote_to_json(a_quote())]), context)

    assert failed(response) == []
    assert [each.user_id for each in world.told()] == ["ana"]
    counted = {"QuotesAccepted": 1, "UsersEvaluated": 2, "WatchesMoved": 2, "SuggestionsMade": 1}
    assert output.counted() == counted


def test_decisions_that_the_log_does_not_take_are_counted_and_warned_of_and_told_all_the_same(
    world: World, context: LambdaContext, output: Output
) -> None:
    world.decisions.is_away = True

    response = quotes.handler(an_event([quote_to_json(a_quote())]), context)

    assert failed(response) == []
    assert [each.user_id for each in world.told()] == ["ana"]
    counted = {"QuotesAccepted": 1, "UsersEvaluated": 2, "WatchesMoved": 2, "SuggestionsMade": 1}
    assert output.counted() == counted | {"DecisionsUnlogged": 2}
    [warning] = [line for line in output.lines() if line["level"] == "WARNING"]
    assert (warning["message"], warning["decisions"]) == ("decisions stand that the log did not take", 2)


def test_a_quote_that_breaks_no_watch_evaluates_nobody(world: World, context: LambdaContext, output: Output) -> None:
    first, second = quotes_of(["17.05", "17.06"], every=timedelta(seconds=1))
    quotes.handler(an_event([quote_to_json(first)]), context)
    output.counted()

    event = an_event([quote_to_json(second)])
    event["Records"][0]["kinesis"]["sequenceNumber"] = "2"
    quotes.handler(event, context)

    assert output.counted() == {"QuotesAccepted": 1}


def test_a_batch_that_breaks_more_watches_than_are_decided_at_once_is_put_off_and_counted(
    world: World, context: LambdaContext, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotes, "_apply", lambda: replace(world.apply, at_once=1))
    quotes.handler(an_event([quote_to_json(a_quote())]), context)

    assert output.counted() == {"QuotesAccepted": 1, "BatchesPutOff": 1}
    assert world.backlog.requests == [(a_quote().pair, 0), (a_quote().pair, 1)]
    assert world.told() == []


def test_what_is_no_quote_goes_to_quarantine_and_counts_as_handled(
    world: World, context: LambdaContext, output: Output
) -> None:
    [packed] = aggregate("USD/MXN", [quote_to_json(quote) for quote in quotes_of(["17.05", "17.06"])], max_bytes=10_000)
    response = quotes.handler(an_event([b"{", packed[:-1], packed]), context)

    assert failed(response) == []
    assert sorted(reason for reason, _ in world.quarantined()) == ["corrupt_aggregate", "future", "malformed"]
    counted = output.counted()
    assert counted["QuotesRejected: malformed"] == counted["QuotesRejected: corrupt_aggregate"] == 1
    assert counted["QuotesRejected"] == 3
    assert counted["QuotesAccepted"] == 1


def test_nothing_behind_an_unread_record_is_applied_before_it(
    world: World, context: LambdaContext, output: Output
) -> None:
    first, second = (quote_to_json(quote) for quote in quotes_of(["17.05", "17.06"], every=timedelta(seconds=1)))
    response = quotes.handler(an_event([first, "not Base64!", second]), context)

    assert failed(response) == ["2"]
    assert world.markets.load(a_quote().pair).gate.last_sequence == {"ecb-bridge": 1}
    assert output.counted()["QuotesAccepted"] == 1
    assert [line["message"] for line in output.lines()] == ["records failed", "applied quotes"]


def test_a_batch_that_cannot_be_read_at_all_applies_nothing(
    world: World, context: LambdaContext, output: Output
) -> None:
    assert failed(quotes.handler(an_event(["not Base64!", "nor this"]), context)) == ["1"]
    assert world.markets.load(a_quote().pair).version == 0


def test_a_record_that_was_applied_before_changes_nothing(world: World, context: LambdaContext, output: Output) -> None:
    event = an_event([quote_to_json(a_quote())])
    quotes.handler(event, context)
    output.counted()

    quotes.handler(event, context)

    assert output.counted() == {"QuotesRedelivered": 1}
    assert len(world.recorded()) == 1


@SILENT
def test_a_store_that_does_not_answer_fails_the_batch_so_that_it_comes_again(
    world: World, context: LambdaContext, output: Output
) -> None:
    world.markets.trouble.calls_left = 0
    with pytest.raises(StoreUnavailable):
        quotes.handler(an_event([quote_to_json(a_quote())]), context)


def test_a_model_that_does_not_answer_is_told_and_the_quotes_still_count(
    world: World, context: LambdaContext, output: Output
) -> None:
    world.scorer.switch_off()
    response = quotes.handler(an_event([quote_to_json(a_quote())]), context)

    assert failed(response) == []
    assert output.counted() == {"QuotesAccepted": 1, "EvaluationsPostponed": 1}
    [error] = [line for line in output.lines() if line["level"] == "ERROR"]
    assert error["problem"] == "ScorerUnavailable: the endpoint did not answer in time"


def test_a_suggestion_that_is_held_back_is_counted_by_its_reason(
    world: World, context: LambdaContext, output: Output
) -> None:
    world.recipients.put_many([a_recipient("ana", consent=frozenset())])
    quotes.handler(an_event([quote_to_json(a_quote())]), context)

    counted = output.counted()
    assert (counted["SuggestionsMade"], counted["SuggestionsSuppressed"]) == (0, 1)
    assert counted["SuggestionsSuppressed: no_consent"] == 1


def test_nobodys_contacts_or_balances_reach_the_log(world: World, context: LambdaContext, output: Output) -> None:
    world.portfolios.put_many([a_portfolio("731.93", "24681.35")])
    quotes.handler(an_event([quote_to_json(a_quote()), b"{", "?"]), context)

    written = output.text()
    assert "applied quotes" in written
    balances = ("731.93", "73193", "24681.35", "2468135")  # as amounts, and in minor units
    assert not [secret for secret in (PHONE, EMAIL, *balances) if secret in written]


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    quotes._apply.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        quotes.handler(an_event([quote_to_json(a_quote())]), context)
