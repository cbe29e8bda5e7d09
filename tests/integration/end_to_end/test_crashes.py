"""Whatever dies, and whenever: nothing is lost, and nobody hears the same thing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local import parts
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.quote import Quote
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration

NO_TOPIC = "arn:aws:sns:us-east-1:000000000000:divisa-local-nowhere"


def test_a_consumer_killed_between_insert_and_publish_loses_no_message_and_sends_none_twice(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    outbox = cloud.deployment.outbox_function_name
    with cloud.configured(outbox, SUGGESTIONS_TOPIC_ARN=NO_TOPIC):
        failures = cloud.log(outbox).count("NotifierUnavailable")
        world.publish(world.quote("16.80"))
        eventually(world.suggestions, "the suggestion is inserted")
        eventually(lambda: cloud.log(outbox).count("NotifierUnavailable") > failures, "the outbox has tried")
        cloud.kill(parts.MAPPINGS)
        assert world.messages(user) == []
        assert len(world.books().open) == 1

    cloud.start(parts.MAPPINGS)
    cloud.settle()

    assert world.channels(user) == ["email"]
    assert world.books().open == []


def test_a_batch_that_fails_after_its_suggestion_and_before_its_market_is_applied_again_without_a_second_message(
    world: World,
) -> None:
    user = world.person("user", cost="16.00")
    cloud, consumer = world.cloud, world.cloud.deployment.quotes_function_name
    world.publish(quote := world.quote("16.30"))
    cloud.settle()
    failures = cloud.log(consumer).count("ConcurrentUpdate")

    with cloud.overtaken(quote.pair):
        world.publish(last := world.quote("16.60"))
        eventually(lambda: cloud.log(consumer).count("ConcurrentUpdate") > failures, "the consumer has lost its race")
        assert len(world.suggestions()) == 1
    told = world.suggestions()
    cloud.settle()

    assert world.stores.markets.load(quote.pair).gate.last_event_time == last.event_time
    assert world.suggestions() == told
    assert world.channels(user) == ["email"]
    assert world.refused() == []
    assert world.books().open == []


def test_a_consumer_that_died_before_it_remembered_its_batch_does_it_again_without_a_second_message(
    world: World,
) -> None:
    """What a death between the last suggestion and the market's record leaves: all written but the record."""
    user = world.person("user", cost="16.00")
    cloud, market = world.cloud, f"{world.cloud.deployment.table_prefix}market"
    world.publish(quote := world.quote("16.30"))
    cloud.settle()
    key = {"pair": {"S": str(quote.pair)}}
    record = cloud.client("dynamodb").get_item(TableName=market, Key=key)["Item"]
    before = cloud.bookmark()
    world.publish(world.quote("16.60"))
    cloud.settle()
    told, applied = world.suggestions(), world.stores.markets.load(quote.pair)

    cloud.stop(parts.MAPPINGS)
    cloud.client("dynamodb").put_item(TableName=market, Item=record)
    cloud.rewind(before)
    cloud.settle()

    assert world.stores.markets.load(quote.pair) == applied
    assert world.suggestions() == told
    assert world.channels(user) == ["email"]


def test_while_the_model_is_away_quotes_count_and_when_it_is_back_the_next_one_is_decided(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    postponed = world.counted()["EvaluationsPostponed"]

    def applied(quote: Quote) -> bool:
        return world.stores.markets.load(quote.pair).gate.last_event_time == quote.event_time

    cloud.stop(parts.SAGEMAKER)
    try:
        for mid in ("16.60", "16.65"):
            world.publish(quote := world.quote(mid))
            cloud.settle()
            assert applied(quote)
        assert world.counted()["EvaluationsPostponed"] == postponed + 2
        assert world.suggestions() == []
    finally:
        cloud.start(parts.SAGEMAKER)
    world.publish(quote := world.quote("16.70"))
    cloud.settle()

    assert applied(quote)
    assert world.channels(user) == ["email"]
    assert world.refused() == []
    assert [each.quote_sequence for each in world.suggestions()] == [quote.sequence]
