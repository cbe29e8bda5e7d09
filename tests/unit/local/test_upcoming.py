from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.wire import decode_quote, quote_to_json
from divisa.domain.errors import InvalidFile, InvalidSetting, LaptopCloudError
from divisa.domain.gate import GateState
from divisa.ports import MarketRecord
from local import upcoming
from simulator.prices import price_path
from tests.builders import USD_MXN, WEDNESDAY
from tests.unit.local.memory_stores import USD_BRL, memory_stores

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair

HEADER = "pair,event_time,bid,ask"


def prices(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def a_row(pair: Pair, at: datetime) -> str:
    return f"{pair},{at.isoformat()},17.05,17.06"


def a_simulation(folder: Path, **settings: object) -> Path:
    content = {"settings": {"step_minutes": 60, "seed": 7} | settings}
    (folder / "simulation.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_replay_goes_on_after_what_the_cloud_knows_and_for_so_many_days(tmp_path: Path) -> None:
    hours = [-1, 0, 1, 24, 25]
    file = prices(tmp_path / "p.csv", *(a_row(USD_MXN, WEDNESDAY + timedelta(hours=n)) for n in hours))

    quotes = upcoming.from_file(file, {USD_MXN: WEDNESDAY}, 1)

    assert [quote.event_time for quote in quotes] == [WEDNESDAY + timedelta(hours=n) for n in (1, 24)]


def test_pairs_that_lie_one_after_the_other_in_the_file_are_replayed_side_by_side(tmp_path: Path) -> None:
    moments = [WEDNESDAY + timedelta(hours=n) for n in (1, 2)]
    file = prices(tmp_path / "p.csv", *(a_row(pair, at) for pair in (USD_MXN, USD_BRL) for at in moments))

    quotes = upcoming.from_file(file, {USD_MXN: WEDNESDAY, USD_BRL: WEDNESDAY + timedelta(hours=1)}, 5)

    assert [(quote.pair, quote.event_time) for quote in quotes] == [
        (USD_MXN, moments[0]),
        (USD_MXN, moments[1]),
        (USD_BRL, moments[1]),
    ]


def test_pairs_that_the_cloud_does_not_know_are_left_out(tmp_path: Path) -> None:
    file = prices(tmp_path / "p.csv", a_row(USD_BRL, WEDNESDAY + timedelta(hours=1)))

    with pytest.raises(InvalidFile, match=r"p\.csv has no price within 5 days after what the cloud knows"):
        upcoming.from_file(file, {USD_MXN: WEDNESDAY}, 5)


def test_rows_that_are_no_quotes_are_told(tmp_path: Path) -> None:
    file = prices(tmp_path / "p.csv", "USD/MXN,soon,17.05,17.06", a_row(USD_MXN, WEDNESDAY + timedelta(hours=1)))
    told: list[InvalidRow] = []

    assert len(upcoming.from_file(file, {USD_MXN: WEDNESDAY}, 5, on_reject=told.append)) == 1
    assert [problem.reason for problem in told] == ["bad_time"]


@pytest.mark.parametrize("name", ["prices", "my prices (2)", "año 2024", "-_-", "x" * 100])
def test_whatever_a_file_is_called_its_quotes_can_be_published(tmp_path: Path, name: str) -> None:
    file = prices(tmp_path / f"{name}.csv", a_row(USD_MXN, WEDNESDAY + timedelta(hours=1)))

    [quote] = upcoming.from_file(file, {USD_MXN: WEDNESDAY}, 5)

    assert decode_quote(quote_to_json(quote)) == quote


def test_the_central_banks_prices_go_on_where_the_simulations_end_as_it_made_its_own(tmp_path: Path) -> None:
    end = datetime(2024, 4, 30, 20, 0, tzinfo=UTC)

    quotes = upcoming.simulated(a_simulation(tmp_path), {USD_MXN: end, USD_BRL: end - timedelta(hours=3)}, 2)

    assert [quote.event_time for quote in quotes] == sorted(quote.event_time for quote in quotes)
    for pair, newest in ((USD_MXN, end), (USD_BRL, end - timedelta(hours=3))):
        mine = [quote for quote in quotes if quote.pair == pair]
        assert mine[0].event_time == newest + timedelta(hours=1)
        assert newest < mine[-1].event_time <= newest + timedelta(days=2)
        path = price_path(str(pair), date(2024, 4, 1), date(2024, 6, 1), step_minutes=60, seed=7)
        made = dict(zip(path.times.tolist(), path.bid.tolist(), strict=True))
        assert all(float(quote.bid) == pytest.approx(made[int(quote.event_time.timestamp())]) for quote in mine)


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"settings": 3}', '{"settings": {"seed": 1}}'], ids=lambda text: text or "none"
)
def test_without_a_simulation_the_way_out_is_said(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "simulation.json").write_text(content, encoding="utf-8")

    with pytest.raises(InvalidFile, match="`divisa train` makes it, or name a file of prices"):
        upcoming.simulated(tmp_path, {USD_MXN: WEDNESDAY}, 5)


def test_where_the_central_banks_rates_end_so_does_the_replay(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="not within the fixings of USD/MXN"):
        upcoming.simulated(a_simulation(tmp_path), {USD_MXN: datetime(2200, 1, 1, tzinfo=UTC)}, 5)


def test_the_newest_price_is_known_by_pair_and_pairs_without_one_are_absent() -> None:
    stores = memory_stores()
    stores.markets.save(MarketRecord(USD_MXN, GateState(last_event_time=WEDNESDAY), None))

    assert upcoming.newest_quotes(stores) == {USD_MXN: WEDNESDAY}


def test_a_cloud_that_was_never_seeded_says_what_to_do() -> None:
    with pytest.raises(LaptopCloudError, match="run `divisa seed` first"):
        upcoming.newest_quotes(memory_stores())
