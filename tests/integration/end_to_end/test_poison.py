"""What nobody can handle leaves the way by itself, is kept where people look for it, and stops nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.wire import suggestion_from_json
from divisa.domain.errors import InvalidInput
from tests.integration.end_to_end.deployed import eventually
from tests.integration.end_to_end.world import USD_BRL

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def test_a_batch_that_cannot_be_applied_ends_in_the_failure_queue_and_the_other_pair_goes_on(world: World) -> None:
    mexican = world.person("mexican", cost="16.00")
    brazilian = world.person("brazilian", cost="5.00", pair=USD_BRL)
    cloud, failed_queue = world.cloud, world.cloud.deployment.quotes_failed_queue_url
    unreadable = {"pair": {"S": str(USD_BRL)}, "version": {"N": "1"}, "document": {"S": "{}"}}
    cloud.client("dynamodb").put_item(TableName=f"{cloud.deployment.table_prefix}market", Item=unreadable)

    world.publish(world.quote("16.30"), poisoned := world.quote("5.20", pair=USD_BRL))
    world.publish(world.quote("16.60"))
    cloud.settle()

    assert world.channels(mexican) == ["email"]
    assert world.messages(brazilian) == []
    [failure] = map(json.loads, cloud.take(failed_queue))
    batch = failure["KinesisBatchInfo"]
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert batch["batchSize"] == 1
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"]
    assert "divisa-local-market: the item USD/BRL cannot be read" in cloud.log(cloud.deployment.quotes_function_name)

    # Mended as the operations manual says: the record is read from the stream by its number and published again.
    world.forget_market(USD_BRL)
    data = record_at(world, batch)
    world.put(data, USD_BRL)
    cloud.settle()

    assert world.stores.markets.load(USD_BRL).gate.last_event_time == poisoned.event_time
    assert world.channels(brazilian) == ["email"]
    assert world.channels(mexican) == ["email"]
    assert world.refused() == []

    # Published once more, it was applied already, and says so.
    world.put(data, USD_BRL)
    cloud.settle()
    assert [entry.reason for entry in world.refused()] == ["duplicate"]
    assert world.channels(brazilian) == ["email"]


def record_at(world: World, batch: dict[str, Any]) -> bytes:
    kinesis = world.cloud.client("kinesis")
    iterator = kinesis.get_shard_iterator(
        StreamName=world.cloud.deployment.quotes_stream_name,
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    [record] = kinesis.get_records(ShardIterator=iterator, Limit=1)["Records"]
    assert record["PartitionKey"] == str(USD_BRL)
    data: bytes = record["Data"]
    return data


def test_a_message_that_is_no_suggestion_ends_in_the_dead_letter_queue_and_others_are_delivered(world: World) -> None:
    first, second = world.person("first", cost="16.00"), world.person("second", cost="16.20")
    cloud, dead = world.cloud, world.cloud.deployment.email_dead_letter_queue_url
    queue = cloud.deployment.email_queue_url

    with cloud.impatient(queue):
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody='{"no": "suggestion"}')
        world.publish(world.quote("16.60"))
        eventually(lambda: world.channels(first) == ["email"], "the first is told beside the poison")
        world.publish(world.quote("16.75"))
        eventually(lambda: world.channels(second) == ["email"], "the second is told beside the poison")
        eventually(lambda: cloud.waiting(dead) == 1, "the poison is given up on")

    [body] = cloud.take(dead)
    with pytest.raises(InvalidInput):
        suggestion_from_json(body)
    cloud.settle()
    assert world.channels(first) == world.channels(second) == ["email"]
    assert world.books().open == []


def test_a_message_that_was_given_up_while_its_sender_was_broken_is_delivered_once_when_it_is_redriven(
    world: World,
) -> None:
    user = world.person("user", cost="16.00")
    cloud, queue = world.cloud, world.cloud.deployment.email_queue_url
    dead = cloud.deployment.email_dead_letter_queue_url

    with cloud.impatient(queue), cloud.configured(cloud.deployment.email_function_name, TABLE_PREFIX="nowhere-"):
        world.publish(world.quote("16.60"))
        eventually(lambda: cloud.waiting(dead) == 1, "the message is given up on")
    assert world.channels(user) == []
    assert world.books().unsent == {"email: dead_letter": 1}

    def redriven() -> list[str]:
        return cloud.take(dead)

    for body in eventually(redriven, "the dead letter can be seen"):
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    cloud.settle()

    assert world.channels(user) == ["email"]
    assert world.books().open == []
