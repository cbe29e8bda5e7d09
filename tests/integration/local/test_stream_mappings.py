from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.local.stream_world import StreamWorld, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


@pytest.fixture
def world(ministack: BareMiniStack, tmp_path: Path) -> Iterator[StreamWorld]:
    world = StreamWorld(ministack, tmp_path)
    world.make_function()
    yield world
    world.clean()


def orders(*numbers: int, **settings: Any) -> list[dict[str, Any]]:
    return [{"number": number, **settings} for number in numbers]


def test_poison_ends_at_the_failure_queue_one_by_one_and_the_rest_is_handled_in_order(world: StreamWorld) -> None:
    world.map(world.make_stream())
    with world.running():
        world.put(*orders(*range(10)), *orders(10, poison=True), *orders(*range(11, 20)), *orders(20, crash=True))
        world.put(*orders(*range(21, 30)))
        eventually(lambda: world.numbers()[-1:] == [29], "the last record is seen")

        failures = world.failures()

    assert world.numbers() == list(range(30))
    assert [one["requestContext"]["condition"] for one in failures] == ["RetryAttemptsExhausted"] * 2
    assert [one["KinesisBatchInfo"]["batchSize"] for one in failures] == [1, 1]


def test_an_item_failure_is_tried_again_until_it_is_handled(world: StreamWorld) -> None:
    world.map(world.make_stream(), MaximumRetryAttempts=-1, BisectBatchOnFunctionError=False)
    with world.running():
        world.put(*orders(0), *orders(1, poison=True), *orders(2))
        eventually(lambda: [one[0] for one in world.seen()].count(1) >= 3, "it is retried")
        world.heal()
        world.put(*orders(3))
        eventually(lambda: 3 in world.numbers(), "the stream goes on")

    assert [one[0] for one in world.seen()].count(0) == 1
    assert world.failures() == []


def test_a_kill_loses_nothing(world: StreamWorld) -> None:
    world.map(world.make_stream())
    process = world.start()
    world.put(*orders(*range(5)))
    eventually(lambda: len(world.numbers()) == 5, "the first records")
    process.kill()
    process.wait()
    world.put(*orders(*range(5, 12)))

    with world.running():
        eventually(lambda: len(world.numbers()) == 12, "those put while it was down")

    assert world.numbers() == list(range(12))


def test_a_record_put_between_the_making_of_a_latest_mapping_and_its_takeover_is_handled(world: StreamWorld) -> None:
    stream = world.make_stream()
    world.map(stream, StartingPosition="LATEST")
    world.put(*orders(1, 2))

    with world.running():
        eventually(lambda: world.numbers() == [1, 2], "both records")


def test_sigterm_ends_it_cleanly_and_the_next_start_repeats_nothing(world: StreamWorld) -> None:
    world.map(world.make_stream())
    with world.running() as process:
        world.put(*orders(*range(8)))
        status = world.folder / "status.json"

        def done() -> int:
            mappings = json.loads(status.read_text())["mappings"].values()
            return sum(shard["done"] for mapping in mappings for shard in mapping["shards"].values())

        eventually(lambda: done() == 8, "all of them are done")
        process.terminate()
        assert process.wait() == 0
    handled = len(world.seen())

    with world.running():
        world.put(*orders(8))
        eventually(lambda: world.numbers() == list(range(9)), "the new record")

    assert len(world.seen()) == handled + 1


def test_parallel_batches_keep_the_order_of_each_key(world: StreamWorld) -> None:
    world.map(world.make_stream(), ParallelizationFactor=4, BatchSize=10)
    with world.running():
        world.put(*orders(*range(120)), keys=8)
        eventually(lambda: len(world.numbers()) == 120, "all of them")

    for key in {one[1] for one in world.seen()}:
        of_key = [one[0] for one in world.seen() if one[1] == key]
        assert of_key == sorted(of_key)
    assert max(one[2] for one in world.seen()) <= 10


def test_a_batch_window_gathers_records(world: StreamWorld) -> None:
    world.map(world.make_stream(), MaximumBatchingWindowInSeconds=2)
    with world.running():
        world.put(*orders(1))
        time.sleep(0.5)
        world.put(*orders(2))
        eventually(lambda: world.numbers() == [1, 2], "both records")

    assert {one[2] for one in world.seen()} == {2}


def test_records_past_their_age_are_given_up_untried(world: StreamWorld) -> None:
    stream = world.make_stream()
    world.put(*orders(1))
    time.sleep(2.5)
    mapping = world.map(stream, MaximumRecordAgeInSeconds=2, Enabled=False)
    world.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    with world.running():
        failures = world.first_failures()

    assert failures[0]["requestContext"]["condition"] == "RecordAgeExceeded"


def test_the_outbox_filter_lets_pending_inserts_through_and_poison_does_not_block_it(world: StreamWorld) -> None:
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["pending"]}}}}
    world.map(world.make_table(), FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    with world.running():
        for number, status in enumerate(["pending", "held", "pending", "sent", "pending"]):
            world.insert(number, status)
        world.insert(0, "sent")
        eventually(lambda: world.numbers() == [0, 2, 4], "the pending ones")

    assert world.failures() == []


def test_a_deleted_mapping_and_a_changed_one_are_noticed(world: StreamWorld) -> None:
    mapping = world.map(world.make_stream(), BatchSize=1)
    with world.running():
        world.put(*orders(1, 2))
        eventually(lambda: world.numbers() == [1, 2], "the first batch size")
        assert {one[2] for one in world.seen()} == {1}
        world.client("lambda").update_event_source_mapping(
            UUID=mapping, BatchSize=50, MaximumBatchingWindowInSeconds=1, Enabled=True
        )
        log = world.folder / "mappings.log"
        eventually(lambda: log.read_text().count("taken over") == 2, "the new settings")
        world.put(*orders(3, 4))
        eventually(lambda: world.numbers() == [1, 2, 3, 4], "the second batch size")
        assert world.seen()[-1][2] == 2

        world.client("lambda").delete_event_source_mapping(UUID=mapping)
        eventually(lambda: "deleted, stopped" in log.read_text(), "the end of its poller")

    assert not list((world.folder / "checkpoints").glob("*.json"))


def test_a_function_that_is_gone_stops_its_own_poller_only(world: StreamWorld, tmp_path_factory: Any) -> None:
    other = StreamWorld(world.ministack, tmp_path_factory.mktemp("other"))
    other.make_function()
    other.map(other.make_stream())
    world.map(world.make_stream())
    with world.running():
        world.client("lambda").delete_function(FunctionName=other.name)
        other.put(*orders(1))
        log = world.folder / "mappings.log"
        eventually(lambda: "does not exist" in log.read_text(), "the end of its poller")
        world.put(*orders(1))
        eventually(lambda: world.numbers() == [1], "the other mapping goes on")
        other.make_function_again()
        eventually(lambda: other.numbers() == [1], "the record that waited for its function")
    other.clean()


def test_new_shards_are_read_and_a_topic_hears_of_failures(world: StreamWorld) -> None:
    topic = world.client("sns").create_topic(Name=world.name)["TopicArn"]
    world.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=world.destination, Attributes={"RawMessageDelivery": "true"}
    )
    stream = world.make_stream()
    world.map(stream, DestinationConfig={"OnFailure": {"Destination": topic}}, MaximumRetryAttempts=0)
    with world.running():
        world.put(*orders(1))
        eventually(lambda: world.numbers() == [1], "the first shard's record")
        (shard,) = world.client("kinesis").list_shards(StreamARN=stream)["Shards"]
        world.client("kinesis").split_shard(
            StreamARN=stream, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(2**127)
        )
        world.put(*orders(*range(2, 12)), *orders(12, poison=True), keys=13)
        eventually(lambda: set(world.numbers()) == set(range(1, 13)), "the records of both children")
        failures = world.first_failures()

    assert failures[0]["requestContext"]["condition"] == "RetryAttemptsExhausted"
