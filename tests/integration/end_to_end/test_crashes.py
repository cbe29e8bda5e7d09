"""Whatever dies, and whenever: nothing is lost, and nobody hears the same thing twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
from divisa.services.publish_suggestions import PublishSuggestions
from local import parts
from local.redriving import announce_again
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.quote import Quote
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration

NO_TOPIC = "arn:aws:sns:us-east-1:000000000000:divisa-local-nowhere"


def suggest_without_a_topic(world: World) -> None:
    """Have a suggestion inserted, and what carries it to the outbox killed once that has tried to announce it."""
    cloud = world.cloud
    outbox = cloud.deployment.outbox_function_name
    with cloud.configured(outbox, SUGGESTIONS_TOPIC_ARN=NO_TOPIC):
        failures = cloud.log(outbox).count("NotifierUnavailable")
        world.publish(world.quote("16.80"))
        eventually(world.suggestions, "the suggestion is inserted")
        eventually(lambda: cloud.log(outbox).count("NotifierUnavailable") > failures, "the outbox has tried")
        cloud.kill(parts.MAPPINGS)


def test_a_consumer_killed_between_insert_and_publish_loses_no_message_and_sends_none_twice(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    suggest_without_a_topic(world)
    assert world.messages(user) == []
    assert len(world.books().open) == 1

    cloud.start(parts.MAPPINGS)
    cloud.settle()

    assert world.channels(user) == ["email"]
    assert world.books().open == []


def test_what_the_outbox_gave_up_on_is_announced_when_it_is_redriven_and_told_once(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    suggest_without_a_topic(world)
    sqs, streams, failed = (
        cloud.client("sqs"),
        cloud.client("dynamodbstreams"),
        cloud.deployment.outbox_failed_queue_url,
    )
    sqs.send_message(QueueUrl=failed, MessageBody=json.dumps({"DDBStreamBatchInfo": place_of_the_newest(world)}))

    publish = PublishSuggestions(SnsSuggestionTopic(cloud.client("sns"), cloud.deployment.suggestions_topic_arn))
    assert announce_again(sqs, streams, failed, publish) == (1, 0)
    eventually(lambda: world.channels(user) == ["email"], "the email is there")

    cloud.start(parts.MAPPINGS)
    cloud.settle()
    assert world.channels(user) == ["email"]
    assert world.books().open == []
    assert cloud.waiting(failed) == 0


def place_of_the_newest(world: World) -> dict[str, str]:
    """Where the newest suggestion lies in its table's stream, as a mapping that gave up on it would say."""
    table = f"{world.cloud.deployment.table_prefix}suggestions"
    arn = world.cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = world.cloud.client("dynamodbstreams")
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    oldest = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    [*_, newest] = (
        record["dynamodb"]["SequenceNumber"]
        for record in streams.get_records(ShardIterator=oldest["ShardIterator"])["Records"]
        if record["eventName"] == "INSERT"
    )
    return {
        "streamArn": arn,
        "shardId": shard["ShardId"],
        "startSequenceNumber": newest,
        "endSequenceNumber": newest,
    }


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
