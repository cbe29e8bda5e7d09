from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from divisa.adapters.aws.clock import ReplayTime
from divisa.adapters.memory.markets import MemoryMarkets
from divisa.adapters.memory.quote_stream import MemoryQuoteStream
from divisa.domain.errors import DivisaError, StreamUnavailable
from divisa.domain.gate import GateState
from divisa.ports import MarketRecord
from local import live_prices as module
from local.live_prices import await_prices, live_prices
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.local.memory_stores import USD_BRL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from divisa.domain.quote import Quote

MIDS = {USD_MXN: Decimal("17.05"), USD_BRL: Decimal("5.01")}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REREAD", timedelta(0))


class Parameters:
    """SSM, as far as a clock needs it."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}

    def put_parameter(self, *, Name: str, Value: str, **_: Any) -> None:  # noqa: N803 - boto3's names
        self.written[Name] = Value


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_every_pair_has_a_price_at_once_and_then_again_and_again_until_the_end() -> None:
    stream, ssm = MemoryQuoteStream(), Parameters()
    client: Any = ssm
    with live_prices(stream, client, "/clock", MIDS, at=WEDNESDAY, every=0.01) as prices:
        assert {quote.pair: quote.mid for quote in stream.published} == MIDS
        assert stream.published[0].event_time - WEDNESDAY < timedelta(seconds=5)
        until(lambda: len(stream.published) >= 6)
        prices.move(USD_MXN, Decimal("17.20"))
        assert stream.published[-2].mid == Decimal("17.20")
    count = len(stream.published)
    time.sleep(0.05)

    assert len(stream.published) == count
    of_pair = [quote for quote in stream.published if quote.pair == USD_MXN]
    assert [quote.sequence for quote in of_pair] == sorted({quote.sequence for quote in of_pair})
    clock = msgspec.json.decode(ssm.written["/clock"], type=ReplayTime)
    assert (clock.origin_event, clock.speed) == (WEDNESDAY, 1.0)


def test_a_price_that_could_not_be_published_stops_neither_the_next_ones_nor_who_trades() -> None:
    class Faltering(MemoryQuoteStream):
        def publish(self, quotes: Iterable[Quote]) -> int:
            batch = list(quotes)
            tried.append(batch)
            if len(tried) == 2:
                raise StreamUnavailable("the stream refused 2 records after every retry")
            return super().publish(batch)

    tried: list[Any] = []
    stream = Faltering()
    client: Any = Parameters()
    with live_prices(stream, client, "/clock", MIDS, at=WEDNESDAY, every=0.01):
        until(lambda: len(tried) > 3)
    assert len(stream.published) >= 4


def test_who_waits_for_the_market_goes_on_when_every_pair_has_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    prices: Any = SimpleNamespace(time=ReplayTime(WEDNESDAY, WEDNESDAY, 1.0))
    markets = MemoryMarkets()
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.2)
    markets.save(MarketRecord(USD_MXN, GateState(), None, a_quote(at=WEDNESDAY - timedelta(days=1))))
    with pytest.raises(DivisaError, match="within a minute"):
        await_prices(markets, prices, frozenset([USD_MXN]))
    markets.save(MarketRecord(USD_MXN, GateState(), None, a_quote(at=WEDNESDAY), version=1))
    await_prices(markets, prices, frozenset([USD_MXN]))
