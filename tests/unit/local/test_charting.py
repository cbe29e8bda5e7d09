"""A cloud that begins in the middle of the prices has charts of what was before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from divisa.domain.bars import Interval, bars_of
from local.charting import past_bars
from tests.builders import USD_MXN, a_quote
from tests.unit.local.memory_stores import USD_BRL

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.domain.quote import Quote

END = datetime(2024, 1, 12, 15, 30, tzinfo=UTC)
"""A Friday, with the market open."""


def file_of(tmp_path: Path, quotes: list[Quote], *lines: str) -> Path:
    path = tmp_path / "prices.csv"
    rows = [f"{quote.pair},{quote.event_time.isoformat()},{quote.bid},{quote.ask}" for quote in quotes]
    path.write_text("\n".join(["pair,event_time,bid,ask", *rows, *lines]) + "\n", encoding="utf-8")
    return path


def test_hours_go_back_a_month_and_days_two_years(tmp_path: Path) -> None:
    step = timedelta(hours=6)
    path = [a_quote(at=END - n * step, sequence=n) for n in range(4 * 800)][::-1]
    bars = past_bars(file_of(tmp_path, path), frozenset([USD_MXN]))
    spans = {interval: [bar.start for bar in bars if bar.interval is interval] for interval in Interval}
    assert spans[Interval.MINUTE] == []
    assert END - timedelta(days=30) < spans[Interval.HOUR][0] < END - timedelta(days=27)
    assert END - timedelta(days=731) < spans[Interval.DAY][0] < END - timedelta(days=728)
    assert spans[Interval.HOUR][-1] == END - timedelta(minutes=30)


def test_they_are_the_bars_of_the_quotes_that_are_believed(tmp_path: Path) -> None:
    path = [a_quote(f"17.{n:02}", at=END - timedelta(minutes=n), sequence=n) for n in range(50)][::-1]
    strange = [a_quote("99", at=END + timedelta(minutes=1)), a_quote("17", at=END + timedelta(days=1))]
    found = past_bars(
        file_of(tmp_path, [*path, *strange], "USD/BRL,2024-01-12T15:00:00Z,4,5", "x"), frozenset([USD_MXN])
    )
    assert set(found) == {bar for bar in bars_of(path) if bar.interval is not Interval.MINUTE}


def test_what_happened_later_is_left_out(tmp_path: Path) -> None:
    path = [a_quote(at=END, sequence=1), a_quote("17.06", at=END + timedelta(hours=1), sequence=2)]
    found = past_bars(file_of(tmp_path, path), frozenset([USD_MXN, USD_BRL]), until=END)
    assert {bar.closed_at for bar in found} == {END}


def test_a_file_without_a_served_pair_has_no_bars(tmp_path: Path) -> None:
    assert past_bars(file_of(tmp_path, [a_quote(at=END)]), frozenset([USD_BRL])) == []
