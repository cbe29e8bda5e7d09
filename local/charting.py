"""The bars of past prices, for a cloud that begins in the middle of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from divisa.adapters.csv.prices import read_quotes
from divisa.domain.bars import Bar, BarKey, Interval, bar_of
from divisa.domain.gate import GateLimits, GateState, admit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from divisa.domain.pair import Pair

SEEDED: Final = {Interval.HOUR: timedelta(days=30), Interval.DAY: timedelta(days=731)}
"""How far back a chart goes from the last price, by interval; minutes come with the prices that are replayed."""
_NO_AGE = timedelta(0)


def past_bars(prices: Path, pairs: frozenset[Pair], *, until: datetime | None = None) -> list[Bar]:
    """The bars of the last month's hours and the last two years' days, of the quotes that the gate believes.

    Args:
        prices: file of the contract `prices`.
        pairs: others are left out.
        until: what happened later is left out, UTC; None for all.

    Raises:
        InvalidFile: the file as a whole is not of its contract.
    """
    gates: dict[Pair, GateState] = {}
    bars: dict[BarKey, Bar] = {}
    for quote in read_quotes(prices, source="csv", on_reject=lambda _: None):
        if quote.pair not in pairs or (until is not None and quote.event_time > until):
            continue
        gate, reason = admit(gates.get(quote.pair, GateState()), quote, age=_NO_AGE, limits=GateLimits())
        gates[quote.pair] = gate
        if reason is not None:
            continue
        for interval in SEEDED:
            bar = bar_of(quote, interval)
            known = bars.get(bar.key)
            bars[bar.key] = bar if known is None else known.join(bar)
    ends = {pair: gate.last_event_time for pair, gate in gates.items()}
    return [bar for bar in bars.values() if (end := ends[bar.pair]) and bar.start > end - SEEDED[bar.interval]]
