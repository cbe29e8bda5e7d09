"""Streams and sources repeat themselves; people hear of it once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.wire import suggestion_to_json
from local import inbox

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration


def test_quotes_that_are_published_again_go_to_quarantine_and_tell_nobody_anything(world: World) -> None:
    user = world.person("user", cost="16.00")
    quotes = [world.quote(mid) for mid in ("16.30", "16.50", "16.60")]
    world.publish(*quotes)
    world.cloud.settle()
    assert world.channels(user) == ["email"]
    told, market = world.suggestions(), world.stores.markets.load(quotes[0].pair)

    world.publish(*quotes)
    world.cloud.settle()

    assert Counter(entry.reason for entry in world.refused()) == {"duplicate": 3}
    assert world.channels(user) == ["email"]
    assert world.suggestions() == told
    after = world.stores.markets.load(quotes[0].pair)
    assert (after.gate, after.market) == (market.gate, market.market)


def test_streams_that_are_delivered_again_from_an_earlier_point_change_nothing(world: World) -> None:
    user = world.person("user", cost="16.00")
    other = world.person("other", cost="18.00", email=None)
    before = world.cloud.bookmark()
    quotes = [world.quote(mid) for mid in ("16.30", "16.50", "16.60", "16.70")]
    for quote in (*quotes, quotes[1]):
        world.publish(quote)
    world.put(b"no quote")
    world.cloud.settle()
    counted = world.counted()

    def everything() -> tuple[object, ...]:
        messages = sorted((each.to, each.message_id) for each in inbox.read(world.cloud.addresses))
        market = world.stores.markets.load(quotes[0].pair)
        return messages, world.suggestions(), world.deliveries(), world.refused(), market

    once = everything()
    assert world.channels(user) == ["email"]
    assert world.channels(other) == ["sms"]
    assert [entry.reason for entry in world.refused()] == ["duplicate", "malformed"]

    world.cloud.rewind(before)
    world.cloud.settle()

    assert world.counted()["QuotesRedelivered"] == counted["QuotesRedelivered"] + 5
    assert everything() == once


def test_messages_that_their_queues_hand_out_again_reach_nobody_twice(world: World) -> None:
    user = world.person("user", cost="16.00")
    cloud = world.cloud
    world.publish(world.quote("16.60"))
    cloud.settle()
    [suggestion] = world.suggestions()
    deliveries = world.deliveries()

    for queue in [cloud.deployment.email_queue_url] * 3:
        cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=suggestion_to_json(suggestion).decode())
    cloud.settle()

    assert world.channels(user) == ["email"]
    assert world.deliveries() == deliveries
