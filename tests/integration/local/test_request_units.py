"""The request units of the bill, beside those that a table says it has used when the adapters talk to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.held_suggestions import DynamoHeldSuggestions
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.watches import DynamoWatches
from divisa.domain.bands import Band
from divisa.domain.gate import GateState
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.ports import MarketRecord, Move, Release
from local.cost.afterwards import INDEXED, REWRITTEN
from local.cost.bill import index_units
from local.cost.items import sizes
from local.cost.units import read_units, write_units
from tests.builders import USD_MXN, WEDNESDAY, a_market_state, a_quote, a_suggestion, a_watch
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.adapters.aws.tables import Tables
    from tests.ministack import BareMiniStack

    Used = Callable[[], float]

pytestmark = pytest.mark.integration
SHARDS = 4
SIZES = sizes()


@pytest.fixture
def tables(ministack: BareMiniStack, ministack_environ: dict[str, str]) -> Tables:
    return make_tables(ministack)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Used:
    """Request units that were used since it was asked the last time."""
    clients: Any = BaseClient
    call = clients._make_api_call
    units: list[float] = []

    def counted(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        answer = call(client, operation, {**arguments, "ReturnConsumedCapacity": "TOTAL"})
        consumed = answer.get("ConsumedCapacity", [])
        units.extend(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))
        return answer

    monkeypatch.setattr(clients, "_make_api_call", counted)

    def since() -> float:
        total = sum(units)
        units.clear()
        return total

    return since


def a_known_watch(lower: float, upper: float, generation: int) -> Any:
    """A watch of which everything is known, at a time of its own."""
    at = WEDNESDAY + timedelta(seconds=generation)
    return a_watch(
        band=Band(lower, upper),
        generation=generation,
        evaluated_at=at,
        refresh_at=at + timedelta(hours=6),
        model_version="m-1",
    )


def test_a_watch_that_moves_uses_the_units_of_the_bill(tables: Tables, used: Used) -> None:
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=SHARDS)
    first, second, third = (a_known_watch(2.8 - 0.01 * n, 2.9 + 0.01 * n, n) for n in range(3))
    watches.put_many([first])
    used()

    assert watches.move_all([Move(first, second)]) == [True]
    assert used() == write_units(SIZES.watch) + index_units(SIZES)

    assert watches.move_all([Move(second, third, a_suggestion(suggestion_id="s-1"))]) == [True]
    suggestion = (2 + INDEXED) * write_units(SIZES.suggestion)
    assert used() == 2 * write_units(SIZES.watch) + index_units(SIZES) + suggestion


def test_a_suggestion_that_is_held_and_let_out_uses_the_units_of_the_bill(tables: Tables, used: Used) -> None:
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=SHARDS)
    held = a_suggestion(suggestion_id="s-1", held_until=WEDNESDAY, channels=())
    first, second = (a_known_watch(2.8, 2.9 + 0.01 * n, n) for n in range(2))
    watches.put_many([first])
    watches.move_all([Move(first, replace(second, band=first.band, refresh_at=first.refresh_at))])
    moved = watches.get_many(USD_MXN, [first.user_id])[first.user_id]
    used()
    watches.move_all([Move(moved, replace(moved, generation=moved.generation + 1), held)])
    holding = used()
    told = replace(held, held_until=None, channels=(Channel.EMAIL,), created_at=WEDNESDAY + timedelta(hours=8))

    assert DynamoHeldSuggestions(tables.suggestions).release([Release(held, told)])
    unheld = 2 * write_units(SIZES.watch) + 3 * write_units(SIZES.watch)  # Its entries are rewritten where they are.
    assert holding + used() - unheld == (2 + INDEXED + REWRITTEN) * write_units(SIZES.suggestion)


def test_looking_for_broken_watches_uses_two_half_units_a_shard(tables: Tables, used: Used) -> None:
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=SHARDS)
    watches.put_many([a_known_watch(2.8, 2.9, 0)])
    used()

    assert not list(watches.broken(USD_MXN, 2.85, 2.85))
    assert used() == 2 * SHARDS * read_units(0)


def test_a_market_record_is_read_consistently_and_written_whole(tables: Tables, used: Used) -> None:
    markets = DynamoMarkets(tables.market)
    state = a_market_state()
    month = replace(state, days=tuple(replace(state.days[0], day=day, low=2.0 + day / 7) for day in range(30)))
    markets.save(MarketRecord(USD_MXN, GateState(), month, a_quote()))
    used()

    record = markets.load(USD_MXN)
    assert used() == read_units(SIZES.market, consistent=True)
    markets.save(record)
    assert used() in {write_units(SIZES.market) - 1, write_units(SIZES.market)}  # this one remembers fewer prices


def test_a_delivery_is_written_twice_and_once_more_when_it_is_sent(tables: Tables, used: Used) -> None:
    deliveries = DynamoDeliveries(tables.deliveries)
    claim = Delivery("s-1", Channel.EMAIL, DeliveryStatus.CLAIMED, WEDNESDAY, attempt="ours")

    assert deliveries.claim(claim) is None
    deliveries.settle(replace(claim, status=DeliveryStatus.NO_CONTACT))
    assert used() == 2 * write_units(SIZES.delivery)

    sent = replace(claim, suggestion_id="s-2")
    assert deliveries.claim(sent) is None
    deliveries.begin(sent)
    deliveries.settle(replace(sent, status=DeliveryStatus.SENT, message_id="m-1"))
    assert used() == 3 * write_units(SIZES.delivery)
