from __future__ import annotations

from bench.population import TRADES, quotes, summaries
from divisa.domain.gate import market_is_open


def test_the_same_world_is_measured_each_time() -> None:
    assert quotes(30) == quotes(30)
    assert repr(summaries(5)) == repr(summaries(5))


def test_its_quotes_could_be_real_ones() -> None:
    path = quotes(400)
    assert all(quote.bid < quote.ask and market_is_open(quote.event_time) for quote in path)
    assert [quote.sequence for quote in path] == sorted({quote.sequence for quote in path})


def test_its_users_have_a_past() -> None:
    columns = summaries(100)
    assert (columns.buys + columns.sells == TRADES).all()
