"""What a user trades is folded into what is known of them, once and in order, and they are watched accordingly."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from math import log
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.tables import Tables
from divisa.adapters.wire import entry_to_json
from divisa.domain.bands import NOWHERE
from divisa.domain.behaviour import BehaviourSummary, fold_rows
from divisa.domain.evaluation import Decision, shard_of
from divisa.domain.transaction import Side
from local import parts
from tests.builders import USD_MXN
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

    from divisa.domain.ledger import LedgerEntry
    from divisa.ports import SummaryRecord
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def put_again(world: World, *entries: LedgerEntry) -> None:
    """Put entries into the stream, in this order, whatever is in it already."""
    for entry in entries:
        put(world, entry_to_json(entry), entry.transaction.user_id)


def put(world: World, data: bytes, key: str) -> None:
    stream = world.cloud.deployment.transactions_stream_name
    world.cloud.client("kinesis").put_record(StreamName=stream, Data=data, PartitionKey=key)


def record_of(world: World, user_id: str) -> SummaryRecord:
    return world.stores.summaries.load(USD_MXN, [user_id])[user_id]


def folded(before: BehaviourSummary[float], entries: Sequence[LedgerEntry]) -> list[str]:
    """What a ledger makes of a summary, to the last bit, whatever never happened."""
    for entry in entries:
        [before] = fold_rows([before], [entry.transaction], [entry.market])
    return statistics(before)


def statistics(summary: BehaviourSummary[float]) -> list[str]:
    return [repr(value) for value in astuple(summary)]


def counted(world: World, name: str) -> int:
    return world.counted(world.cloud.deployment.transactions_function_name)[name]


def test_an_entry_changes_the_users_watch_and_at_the_right_price_leads_to_a_message(world: World) -> None:
    user = world.person("user", cost="16.00")
    world.publish(world.quote("16.30"))
    world.cloud.settle()
    before, watched = record_of(world, user.user_id), world.watches()[user.user_id]
    assert before.sequence == 0
    assert watched.band.upper == pytest.approx(log(16.00 * 1.03), abs=0.004)

    entry = world.trade(user.user_id, Side.BUY, "1000.00", "16.301")
    world.cloud.settle()

    after = record_of(world, user.user_id)
    assert after.sequence == 1
    assert statistics(after.summary) == folded(before.summary, [entry])
    cost = (500 * 16.00 + 1000 * 16.301) / 1500
    assert after.summary.cost == pytest.approx(cost)
    moved = world.watches()[user.user_id]
    assert moved.generation > watched.generation
    assert moved.band.upper == pytest.approx(log(cost * 1.03), abs=0.004)
    assert moved.decision is Decision.HOLD

    world.publish(world.quote("16.57"))  # 3.6 % above the cost of before
    world.cloud.settle()
    assert world.messages(user) == []
    world.publish(world.quote("16.80"))
    world.cloud.settle()

    assert world.channels(user) == ["email"]
    [email] = world.messages(user)
    assert "vender 320.00 USD a 16.7990 MXN" in email.text  # a quarter of the way from 100 to what was just bought
    assert world.books().open == []


def test_somebody_who_is_not_watched_yet_is_watched_from_their_first_entry_on(world: World) -> None:
    user = world.person("user", cost="16.00")
    world.publish(world.quote("16.30"))
    world.cloud.settle()
    forgotten = world.stores.watches.forget(USD_MXN, user.user_id)
    assert forgotten

    world.trade(user.user_id, Side.BUY, "10.00", "16.301")
    world.cloud.settle()

    assert world.watches()[user.user_id].decision is Decision.HOLD
    world.publish(world.quote("16.60"))
    world.cloud.settle()
    assert world.channels(user) == ["email"]


def test_what_comes_twice_late_or_in_another_order_changes_nothing(world: World) -> None:
    cloud = world.cloud
    first, second = (world.person(name, cost="16.00").user_id for name in ("first", "second"))
    world.publish(world.quote("16.30"))
    cloud.settle()
    begun = record_of(world, first).summary
    bookmark, before = cloud.bookmark(), counted(world, "EntriesFolded")

    cloud.stop(parts.MAPPINGS)
    entries = {
        user: [
            world.trade(user, side, "5.00", "16.30") for side in (Side.BUY, Side.SELL, Side.BUY, Side.BUY, Side.SELL)
        ]
        for user in (first, second)
    }
    for user in entries:
        put_again(world, *reversed(entries[user][:4]))  # the last ones first, and the newest not yet
    cloud.start(parts.MAPPINGS)
    cloud.settle()

    for user, ledger in entries.items():
        record = record_of(world, user)
        assert record.sequence == 5
        assert statistics(record.summary) == folded(begun, ledger)
    assert counted(world, "EntriesFolded") == before + 10
    once = [record_of(world, user) for user in entries], world.suggestions()
    watches = world.watches()

    put_again(world, *entries[first], *entries[second][::-1])
    cloud.settle()
    cloud.rewind(bookmark)
    cloud.settle()

    assert [record_of(world, user) for user in entries] == once[0]
    assert counted(world, "EntriesFolded") == before + 10
    assert world.suggestions() == once[1]
    for user, watch in world.watches().items():
        known = watches[user]
        assert replace(watch, generation=known.generation, refresh_at=known.refresh_at) == known
    world.publish(world.quote("16.60"))
    cloud.settle()
    assert len(world.suggestions()) == 2


def test_a_consumer_killed_between_the_fold_and_the_watch_comes_back_to_the_watch(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud, consumer = world.cloud, world.cloud.deployment.transactions_function_name
    world.publish(world.quote("16.30"))
    cloud.settle()
    watch = world.watches()[user.user_id]
    failures = cloud.log(consumer).count("cannot be read")
    unreadable = {
        "pair_shard": {"S": f"{USD_MXN}#{shard_of(user.user_id, cloud.deployment.watch_shards)}"},
        "user_id": {"S": user.user_id},
    }
    cloud.client("dynamodb").put_item(TableName=f"{cloud.deployment.table_prefix}watches", Item=unreadable)

    world.trade(user.user_id, Side.BUY, "1000.00", "16.301")
    eventually(lambda: record_of(world, user.user_id).sequence == 1, "the entry is folded")
    eventually(lambda: cloud.log(consumer).count("cannot be read") > failures, "the consumer has failed behind it")
    cloud.kill(parts.MAPPINGS)
    world.stores.watches.put_many([watch])
    cloud.start(parts.MAPPINGS)
    cloud.settle()

    assert record_of(world, user.user_id).sequence == 1
    moved = world.watches()[user.user_id]
    assert moved.band.upper == pytest.approx(log((500 * 16.00 + 1000 * 16.301) / 1500 * 1.03), abs=0.004)
    assert cloud.take(cloud.deployment.transactions_failed_queue_url) == []


def test_a_record_that_is_no_entry_ends_in_the_failure_queue_and_those_around_it_are_folded(world: World) -> None:
    cloud = world.cloud
    users = [world.person(name, cost="16.00").user_id for name in ("before", "beside", "after")]
    cloud.stop(parts.MAPPINGS)
    world.trade(users[0], Side.BUY, "10.00", "16.30")
    put(world, b'{"no": "entry"}', users[1])
    world.trade(users[1], Side.BUY, "10.00", "16.30")
    put(world, b"\xff", users[2])
    cloud.start(parts.MAPPINGS)
    world.trade(users[2], Side.BUY, "10.00", "16.30")

    eventually(lambda: cloud.waiting(cloud.deployment.transactions_failed_queue_url) == 2, "the poison is set aside")
    cloud.settle()

    assert [record_of(world, user).sequence for user in users] == [1, 1, 1]
    failures = [json.loads(body) for body in cloud.take(cloud.deployment.transactions_failed_queue_url)]
    assert {each["KinesisBatchInfo"]["batchSize"] for each in failures} == {1}
    assert {each["requestContext"]["condition"] for each in failures} == {"RetryAttemptsExhausted"}


def test_a_user_who_cannot_be_folded_stops_nobody_else_and_is_mended_by_their_next_entry(world: World) -> None:
    cloud = world.cloud
    broken, other = (world.person(name, cost="16.00").user_id for name in ("broken", "other"))
    begun = record_of(world, broken).summary
    table = f"{cloud.deployment.table_prefix}summaries"
    unreadable = {"user_id": {"S": broken}, "pair": {"S": str(USD_MXN)}, "buys": {"S": "many"}}
    cloud.client("dynamodb").put_item(TableName=table, Item=unreadable)

    cloud.stop(parts.MAPPINGS)
    entries = [world.trade(broken, Side.BUY, "10.00", "16.30")]
    world.trade(other, Side.BUY, "10.00", "16.30")
    cloud.start(parts.MAPPINGS)
    eventually(lambda: cloud.take(cloud.deployment.transactions_failed_queue_url), "the entry is set aside")
    cloud.settle()
    assert record_of(world, other).sequence == 1

    world.stores.summaries.put_many(USD_MXN, {broken: begun})
    entries.append(world.trade(broken, Side.BUY, "10.00", "16.30"))
    cloud.settle()

    record = record_of(world, broken)
    assert record.sequence == 2
    assert statistics(record.summary) == folded(begun, entries)


def test_while_the_model_is_away_entries_are_folded_and_when_it_is_back_the_next_quote_decides(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    world.publish(world.quote("16.30"))
    cloud.settle()
    cloud.stop(parts.SAGEMAKER)
    try:
        world.trade(user.user_id, Side.BUY, "1000.00", "16.301")
        cloud.settle()
        assert record_of(world, user.user_id).sequence == 1
        assert world.watches()[user.user_id].band == NOWHERE
    finally:
        cloud.start(parts.SAGEMAKER)

    world.publish(world.quote("16.30"))
    cloud.settle()

    moved = world.watches()[user.user_id]
    assert moved.band.upper == pytest.approx(log((500 * 16.00 + 1000 * 16.301) / 1500 * 1.03), abs=0.004)
    assert cloud.take(cloud.deployment.transactions_failed_queue_url) == []


def test_a_ledger_under_a_pseudonym_is_not_published_and_old_records_bring_nobody_back(world: World) -> None:
    user, pseudonym = world.person("user", cost="16.00").user_id, f"erased-{world.name}"
    cloud = world.cloud
    entries = [world.trade(user, Side.BUY, "10.00", "16.30") for _ in range(2)]
    cloud.settle()
    publisher = cloud.deployment.ledger_function_name
    published = world.counted(publisher)["EntriesPublished"]
    tables = Tables(cloud.deployment.table_prefix)

    assert world.ledger.erase(user, pseudonym) == 2
    tables.summaries.delete_many([(user, str(USD_MXN))])
    world.stores.watches.forget(USD_MXN, user)
    cloud.settle()
    assert world.counted(publisher)["EntriesPublished"] == published
    put_again(world, *entries)
    cloud.settle()

    assert world.stores.summaries.get_many(USD_MXN, [user, pseudonym]) == {}
    assert world.watches() == {}
