"""Prices that go on at the pace of the wall, so that somebody can trade: by hand, by a test, by a fuzzer."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.adapters.aws.clock import REREAD, ReplayTime
from divisa.domain.errors import DivisaError
from divisa.domain.quote import Quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_ssm import SSMClient

    from divisa.domain.pair import Pair
    from divisa.ports import Markets, QuoteStream

SOURCE: Final = "live"
EVERY_SECONDS: Final = 5.0
"""A price is fresh for a minute."""
_HALF_SPREAD: Final = Decimal("0.0005")
_PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class LivePrices:
    """Prices as they run now.

    Attributes:
        time: the clock that the functions follow, a second in a second.
    """

    time: ReplayTime
    _stream: QuoteStream
    _mids: dict[Pair, Decimal]
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """The present of the prices, UTC."""
        return self.time.at(datetime.now(UTC))

    def move(self, pair: Pair, mid: Decimal) -> None:
        """Let a pair cost something else from now on."""
        self._mids[pair] = mid
        self.publish()

    def publish(self) -> None:
        """Publish a quote of every pair, as seen now.

        Raises:
            StreamUnavailable: the stream refused them after every retry.
        """
        with self._one_at_a_time:  # in order of time
            at = self.now()
            sequence = int(at.timestamp() * 1_000_000)
            self._stream.publish(
                [
                    Quote(pair, mid - _HALF_SPREAD, mid + _HALF_SPREAD, at, sequence, SOURCE)
                    for pair, mid in self._mids.items()
                ]
            )


@contextmanager
def live_prices(
    stream: QuoteStream,
    ssm: SSMClient,
    clock_parameter: str,
    mids: Mapping[Pair, Decimal],
    *,
    at: datetime,
    every: float = EVERY_SECONDS,
) -> Iterator[LivePrices]:
    """Let prices run in the background.

    Args:
        stream: where to publish.
        ssm: client for the parameter of the functions' clock.
        clock_parameter: its name.
        mids: what one unit of the base costs at first, by pair.
        at: the moment that it is at first, UTC; the market must be open.
        every: seconds between two quotes of a pair.

    Raises:
        StreamUnavailable: the stream refused the first quotes after every retry.
    """
    # By the time that anybody trades, every function has read the new clock.
    time = ReplayTime(at - REREAD, datetime.now(UTC), speed=1.0)
    ssm.put_parameter(Name=clock_parameter, Value=msgspec.json.encode(time).decode(), Type="String", Overwrite=True)
    prices, over = LivePrices(time, stream, dict(mids)), threading.Event()
    over.wait(REREAD.total_seconds())
    prices.publish()

    def run() -> None:
        while not over.wait(every):
            try:
                prices.publish()
            except DivisaError:
                continue  # The next one goes out all the same; without any, trades are told that the price is stale.

    publisher = threading.Thread(target=run, name="live-prices", daemon=True)
    publisher.start()
    try:
        yield prices
    finally:
        over.set()
        publisher.join()


def await_prices(markets: Markets, prices: LivePrices, pairs: frozenset[Pair]) -> None:
    """Wait until the market knows a live price of every pair.

    Raises:
        DivisaError: it did not within a minute.
    """
    deadline = datetime.now(UTC) + timedelta(seconds=_PATIENCE_SECONDS)
    waiting = threading.Event()
    while not all(
        (quote := markets.load(pair).quote) is not None and quote.event_time >= prices.time.origin_event
        for pair in pairs
    ):
        if datetime.now(UTC) > deadline:
            raise DivisaError("no live price has become the market's within a minute; see `divisa quarantine`")
        waiting.wait(0.1)
