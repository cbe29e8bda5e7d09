"""Whatever a source sends: what is not believed lies in quarantine with its reason, the prices around it count."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import kpl
from divisa.adapters.wire import quote_to_json
from divisa.domain.pair import Pair
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from tests.integration.end_to_end.world import World

pytestmark = pytest.mark.integration

KEY = "USD/MXN"


def packed(*payloads: bytes) -> bytes:
    [record] = kpl.aggregate(KEY, payloads, max_bytes=1_000_000)
    return record


def test_a_corrupt_aggregate_goes_to_quarantine_whole_and_the_quotes_after_it_are_applied(world: World) -> None:
    user = world.person("user", cost="16.00")
    sound = packed(quote_to_json(world.quote("16.10")), quote_to_json(world.quote("16.20")))
    wrong_digest = sound[:-1] + bytes([sound[-1] ^ 1])
    truncated = sound[: len(sound) // 2]
    no_protobuf = kpl.MAGIC + b"\xff" * 9 + hashlib.md5(b"\xff" * 9, usedforsecurity=False).digest()

    corrupt = [wrong_digest, truncated, no_protobuf]
    for data in corrupt:
        world.put(data)
    world.publish(last := world.quote("16.60"))
    world.cloud.settle()

    refused = world.refused()
    assert [entry.reason for entry in refused] == ["corrupt_aggregate"] * 3
    assert [entry.payload for entry in refused] == corrupt
    gate = world.stores.markets.load(last.pair).gate
    assert gate.last_sequence == {last.source: last.sequence}
    assert gate.recent == (last.log_mid,)
    assert world.channels(user) == ["email"]


@pytest.mark.parametrize("aggregated", [False, True], ids=["a record each", "all in one aggregate"])
def test_each_kind_of_bad_quote_goes_to_quarantine_with_its_reason_and_the_good_ones_between_are_applied(
    world: World, aggregated: bool
) -> None:
    user = world.person("user", cost="16.00")
    hour, moment = timedelta(hours=1), timedelta(milliseconds=1)
    good: list[Quote] = []
    bad: list[tuple[str, bytes]] = []
    stream: list[bytes] = []

    def believed(mid: str) -> None:
        good.append(world.quote(mid))
        stream.append(quote_to_json(good[-1]))

    def refused(reason: str, data: bytes | Quote) -> None:
        bad.append((reason, quote_to_json(data) if isinstance(data, Quote) else data))
        stream.append(bad[-1][1])

    def edited(before: str, after: str) -> bytes:
        text = quote_to_json(world.quote("16.30")).decode()
        assert before in text
        return text.replace(before, after).encode()

    believed("16.30")
    refused("malformed", b"\x00\xffno JSON")
    refused("malformed", b"{}")
    refused("malformed", edited('"16.299"', '"NaN"'))
    refused("malformed", edited('"16.299"', "16.299"))
    refused("malformed", edited("{", "{" + " " * 4096))
    believed("16.32")
    refused("unknown_pair", world.quote("4000", pair=Pair("USD", "COP")))
    refused("unknown_pair", edited("USD/MXN", "USD/XYZ"))
    refused("crossed", edited('"16.299"', '"16.302"'))
    refused("not_positive", edited('"16.299"', '"-16.299"'))
    refused("not_positive", edited('"16.299"', '"0"'))
    believed("16.34")
    refused("future", world.quote("16.30", event_time=good[-1].event_time + hour))
    refused("stale", world.quote("16.30", event_time=good[-1].event_time - hour))
    refused("duplicate", good[1])
    refused("out_of_order", world.quote("16.30", event_time=good[-1].event_time - moment))
    believed("16.36")
    refused("outlier", world.quote("19.00"))
    believed("16.60")

    for data in [packed(*stream)] if aggregated else stream:
        world.put(data)
    world.cloud.settle()

    assert [(entry.reason, entry.payload) for entry in world.refused()] == bad
    market = world.stores.markets.load(good[0].pair)
    assert market.gate.recent == tuple(quote.log_mid for quote in good)
    assert market.gate.last_event_time == good[-1].event_time
    assert world.channels(user) == ["email"]
