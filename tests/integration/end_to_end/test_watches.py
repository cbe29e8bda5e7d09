"""A price costs what it breaks: who is evaluated at a quote, after a flash move, and when a watch has grown old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.wire.policy import policy_rules_to_json
from divisa.domain.evaluation import Decision, shard_of
from divisa.domain.policy import PolicyRules
from divisa.domain.transaction import Side
from local import endpoint, parts, telemetry
from local.rule_model import make_rule_model
from tests.integration.end_to_end.deployed import eventually

if TYPE_CHECKING:
    from divisa.domain.evaluation import Watch
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def decided_at(world: World, mid: str) -> Quote:
    """A quote that everybody who is new has been decided about."""
    world.publish(quote := world.quote(mid))
    world.cloud.settle()
    return quote


def test_a_price_that_breaks_no_watch_evaluates_nobody_and_writes_no_watch(world: World) -> None:
    for number, cost in enumerate(("16.00", "16.20", "16.40", "16.60")):
        world.person(f"user-{number}", cost=cost)
    decided_at(world, "16.30")
    watches, evaluated, moved = world.watches(), world.evaluated(), world.counted()["WatchesMoved"]
    assert {watch.decision for watch in watches.values()} == {Decision.HOLD}

    for mid in ("16.31", "16.28", "16.35"):
        last = decided_at(world, mid)

    assert world.stores.markets.load(last.pair).quote == last
    assert world.watches() == watches
    assert (world.evaluated(), world.counted()["WatchesMoved"]) == (evaluated, moved)


def test_a_price_that_breaks_some_watches_evaluates_and_moves_exactly_those(world: World) -> None:
    costs = {"low": "16.00", "next": "16.05", "middle": "16.20", "high": "16.40", "dear": "16.60"}
    people = {name: world.person(name, cost=cost) for name, cost in costs.items()}
    decided_at(world, "16.30")
    before, evaluated = world.watches(), world.evaluated()

    last = decided_at(world, "16.60")  # 3 % above what 16.12 was bought at, and less above what is dearer

    after = world.watches()
    moved = {user for user, watch in after.items() if watch != before[user]}
    assert moved == {people["low"].user_id, people["next"].user_id}
    assert world.evaluated() == evaluated + 2
    for user in moved:
        assert (after[user].generation, after[user].evaluated_at) == (before[user].generation + 1, last.event_time)
        assert after[user].decision is Decision.SELL
    assert world.channels(people["low"]) == world.channels(people["next"]) == ["email"]
    assert world.messages(people["middle"]) == world.messages(people["high"]) == []


def crowd(world: World, size: int) -> list[Recipient]:
    """People who will all be told to sell by the same price, and hold now."""
    people = [world.person(f"user-{number:03}", cost="16.00") for number in range(size)]
    decided_at(world, "16.30")
    return people


def test_what_a_flash_move_breaks_is_put_off_and_decided_at_the_newest_price_once(world: World) -> None:
    people = crowd(world, 12)
    cloud, deployment = world.cloud, world.cloud.deployment
    put_off, moved = (
        world.counted()["BatchesPutOff"],
        world.counted(deployment.backlog_function_name)["WatchesMoved"],
    )

    with cloud.configured(deployment.quotes_function_name, DECIDED_AT_ONCE="3"):
        with cloud.held_up(deployment.backlog_function_name):
            world.publish(world.quote("16.60"))
            eventually(lambda: world.counted()["BatchesPutOff"] == put_off + 1, "the batch is put off")
            world.publish(last := world.quote("16.80"))
            eventually(lambda: world.counted()["BatchesPutOff"] == put_off + 2, "the next one too")
            assert cloud.waiting(deployment.backlog_queue_url) == 2 * deployment.watch_shards
            assert world.suggestions() == []
        cloud.settle()

    assert {each.quote_sequence for each in world.suggestions()} == {last.sequence}
    assert len(world.suggestions()) == len(people)
    assert {tuple(world.channels(each)) for each in people} == {("email",)}
    assert world.counted(deployment.backlog_function_name)["WatchesMoved"] == moved + len(people)
    assert {(watch.decision, watch.generation) for watch in world.watches().values()} == {(Decision.SELL, 2)}
    assert world.books().open == []


def test_a_flash_move_that_is_over_when_its_turn_comes_tells_nobody_anything(world: World) -> None:
    crowd(world, 8)
    before = world.watches()
    cloud, deployment = world.cloud, world.cloud.deployment
    put_off = world.counted()["BatchesPutOff"]

    with cloud.configured(deployment.quotes_function_name, DECIDED_AT_ONCE="3"):
        with cloud.held_up(deployment.backlog_function_name):
            world.publish(world.quote("16.60"))
            eventually(lambda: world.counted()["BatchesPutOff"] == put_off + 1, "the batch is put off")
            world.publish(last := world.quote("16.33"))
            eventually(lambda: world.stores.markets.load(last.pair).quote == last, "the price is back")
        cloud.settle()

    assert world.suggestions() == []
    assert world.watches() == before


def test_a_request_that_nobody_can_read_ends_in_the_dead_letter_queue_and_others_are_worked_off(world: World) -> None:
    people = crowd(world, 6)
    cloud, deployment = world.cloud, world.cloud.deployment

    with (
        cloud.impatient(deployment.backlog_queue_url),
        cloud.configured(deployment.quotes_function_name, DECIDED_AT_ONCE="3"),
    ):
        cloud.client("sqs").send_message(QueueUrl=deployment.backlog_queue_url, MessageBody='{"no": "shard"}')
        world.publish(world.quote("16.60"))
        eventually(lambda: len(world.suggestions()) == len(people), "the others are decided")
        eventually(lambda: cloud.waiting(deployment.backlog_dead_letter_queue_url) == 1, "the poison is given up on")

    assert cloud.take(deployment.backlog_dead_letter_queue_url) == ['{"no": "shard"}']
    assert "no request to work off a shard" in cloud.log(deployment.backlog_function_name)


def grown_old(world: World) -> dict[str, Watch]:
    """Make everybody's watch stale, those of one shard after those of another, while no refresh runs."""
    watches = world.watches()
    old = {
        user: replace(watch, refresh_at=watch.evaluated_at - timedelta(minutes=1 + number))
        for number, (user, watch) in enumerate(sorted(watches.items()))
        if watch.evaluated_at is not None
    }
    assert len(old) == len(watches)
    world.stores.watches.put_many(old.values())
    return old


def test_watches_that_have_grown_old_are_refreshed_once_and_nobody_hears_of_it(world: World) -> None:
    crowd(world, 10)
    cloud = world.cloud
    cloud.stop(parts.MAPPINGS)
    before = grown_old(world)
    cloud.start(parts.MAPPINGS)

    eventually(lambda: generations(world) == [2] * len(before), "all of them are refreshed")
    cloud.run(cloud.deployment.refresh_function_name, times=2)

    for user, watch in world.watches().items():
        old = before[user]
        assert watch.generation == old.generation + 1
        assert (watch.decision, watch.visit, watch.episode) == (old.decision, old.visit, old.episode)
        assert watch.refresh_at is not None
        assert watch.evaluated_at is not None
        assert watch.refresh_at - watch.evaluated_at == cloud.stores.watch_age
    assert world.suggestions() == []


def generations(world: World) -> list[int]:
    return [watch.generation for watch in world.watches().values()]


def test_one_watch_that_is_put_first_by_hand_is_refreshed_and_no_other(world: World) -> None:
    """As the operations manual says."""
    chosen, *others = crowd(world, 5)
    deployment = world.cloud.deployment
    shard = shard_of(chosen.user_id, deployment.watch_shards)
    world.cloud.client("dynamodb").update_item(
        TableName=f"{deployment.table_prefix}watches",
        Key={"pair_shard": {"S": f"USD/MXN#{shard}"}, "user_id": {"S": chosen.user_id}},
        UpdateExpression="SET refresh_at = :past",
        ExpressionAttributeValues={":past": {"S": "2000-01-01T00:00:00.000000+00:00"}},
    )

    eventually(lambda: world.watches()[chosen.user_id].generation == 2, "the chosen one is refreshed")
    world.cloud.run(deployment.refresh_function_name, times=2)

    assert world.watches()[chosen.user_id].generation == 2
    assert {world.watches()[each.user_id].generation for each in others} == {1}


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the process by what it was started with")
def test_a_refresh_that_is_killed_in_the_middle_resumes_and_every_stale_watch_is_refreshed_once(world: World) -> None:
    crowd(world, 120)
    cloud, refresh = world.cloud, world.cloud.deployment.refresh_function_name
    shards = cloud.deployment.watch_shards
    cloud.stop(parts.MAPPINGS)
    old = grown_old(world)
    # The last of all in the shard that comes first: when it is refreshed, the other shards have yet to come.
    pair = next(iter(old.values())).pair
    first = [user for user in sorted(old) if shard_of(user, shards) == 0]
    cloud.start(parts.MAPPINGS)

    eventually(lambda: world.stores.watches.get_many(pair, first[:1])[first[0]].generation == 2, "the first shard")
    cloud.kill_worker(refresh)
    halfway = generations(world)
    assert set(halfway) == {1, 2}, "it was killed in the middle"
    eventually(lambda: generations(world) == [2] * len(old), "all of them are refreshed")
    cloud.run(refresh, times=2)

    assert generations(world) == [2] * len(old)
    assert world.suggestions() == []


def test_a_promoted_model_makes_watches_stale_and_the_refresh_walks_them_within_its_rate(
    world: World, tmp_path: Path
) -> None:
    crowd(world, 12)
    decided_at(world, "16.31")
    cloud, deployment, rate = world.cloud, world.cloud.deployment, 4
    before, refresh = world.watches(), deployment.refresh_function_name
    [earlier] = {watch.model_version for watch in before.values()}
    another = make_rule_model(tmp_path, seed=4)

    def evaluated() -> list[int]:
        """How many watches each run since the promotion evaluated."""
        runs = map(telemetry.counts, cloud.log(refresh).splitlines()[lines:])
        return [number for run in runs if (number := run.get("UsersEvaluated", 0))]

    with cloud.configured(refresh, REFRESHES_PER_RUN=str(rate)):
        lines = len(cloud.log(refresh).splitlines())
        endpoint.publish(another, cloud.addresses, deployment)
        try:
            eventually(lambda: sum(evaluated()) >= len(before), "all of them are evaluated by the new model")
            cloud.run(refresh, times=2)
            after, runs = world.watches(), evaluated()
        finally:
            endpoint.publish(cloud.model, cloud.addresses, deployment)

    assert sum(runs) == len(before)
    assert max(runs) <= rate
    assert {watch.generation - before[user].generation for user, watch in after.items()} == {1}
    assert earlier not in {watch.model_version for watch in after.values()}
    assert world.suggestions() == []


def test_a_price_that_trembles_at_an_edge_is_told_once_and_again_when_it_has_been_away(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    decided_at(world, "16.30")
    [watch] = world.watches().values()
    below, above = (f"{exp(watch.band.upper) + step:.4f}" for step in (-0.004, 0.004))

    impatient = policy_rules_to_json(PolicyRules(cooldown=timedelta(0), min_gain=None, holdout_share=0.0))
    cloud.client("ssm").put_parameter(Name="/impatient/policy", Value=impatient, Type="String", Overwrite=True)
    with cloud.configured(cloud.deployment.quotes_function_name, POLICY_PARAMETER="/impatient/policy"):
        for mid in (above, below, above, below, above):
            decided_at(world, mid)
        [told] = world.suggestions()
        assert (told.side, told.suppressed) == (Side.SELL, None)
        assert world.channels(user) == ["email"]

        decided_at(world, "16.30")
        last = decided_at(world, above)

    assert [each.quote_sequence for each in world.suggestions()][:1] == [last.sequence]
    assert world.channels(user) == ["email", "email"]
