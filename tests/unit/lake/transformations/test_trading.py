from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.csv import prices, transactions
from lake.transformations.catalogue import transformations
from lake.transformations.on_duckdb import run_duckdb
from tests.unit.lake.transformations.silver import rows_of, silver, utc

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

NOON = "2024-01-05T12:00:00Z"


def price(at: str, bid: str, **more: str) -> dict[str, str]:
    return {"event_time": at, "bid": bid, "ask": str(Decimal(bid) + 2), **more}


def trade(at: str, side: str = "BUY", quantity: str = "10", **more: str) -> dict[str, str]:
    return {"event_time": at, "side": side, "quantity": quantity, "user_id": "u-1", **more}


def days(*trades: Mapping[str, str]) -> pa.Table:
    return run_duckdb("user_days", {"fx_transactions": silver("fx_transactions", *trades)})


def features(trades: list[dict[str, str]], quotes: list[dict[str, str]]) -> list[dict[str, Any]]:
    tables = {"fx_transactions": silver("fx_transactions", *trades), "fx_prices": silver("fx_prices", *quotes)}
    made = run_duckdb("point_in_time", tables | {"user_days": days(*trades)})
    return sorted(made.to_pylist(), key=lambda row: (row["event_time"], row["quantity"]))


def test_a_day_of_prices_opens_with_its_first_and_closes_with_its_last() -> None:
    quotes = [
        price("2024-01-05T00:00:00Z", "16"),
        price("2024-01-05T10:00:00Z", "19"),
        price("2024-01-05T11:00:00Z", "14"),
        price("2024-01-05T23:59:59.999999Z", "17"),
        price("2024-01-06T00:00:00Z", "30"),
        price(NOON, "5", pair="USD/BRL"),
    ]
    made = run_duckdb("daily_prices", {"fx_prices": silver("fx_prices", *quotes)})
    assert rows_of(made) == [
        ("USD/BRL", date(2024, 1, 5), 1, 6, 6, 6, 6, 6.0),
        ("USD/MXN", date(2024, 1, 5), 4, 17, 20, 15, 18, 17.5),
        ("USD/MXN", date(2024, 1, 6), 1, 31, 31, 31, 31, 31.0),
    ]


def test_a_users_days_count_what_they_did_on_each_and_until_its_end() -> None:
    made = days(
        trade("2024-01-05T00:00:00Z"),
        trade("2024-01-05T23:00:00Z", "SELL", "4"),
        trade("2024-01-09T08:00:00Z", "BUY", "1.00000000000000001"),
        trade(NOON, pair="USD/BRL"),
        trade(NOON, user_id="u-2", side="SELL"),
    )
    least = Decimal("0.00000000000000001")
    assert rows_of(made) == [
        ("u-1", "USD/BRL", date(2024, 1, 5), 1, 10, 0, 1, 10, 0),
        ("u-1", "USD/MXN", date(2024, 1, 5), 2, 10, 4, 2, 10, 4),
        ("u-1", "USD/MXN", date(2024, 1, 9), 1, 1 + least, 0, 3, 11 + least, 4),
        ("u-2", "USD/MXN", date(2024, 1, 5), 1, 0, 10, 1, 0, 10),
    ]


def test_a_trade_that_came_late_belongs_to_the_day_on_which_it_came() -> None:
    made = days(trade(NOON), trade("2024-01-05T13:00:00Z", arrived_at="2024-01-07T00:00:00Z"))
    assert [
        (row["day"].day, row["trades_to_date"]) for row in sorted(made.to_pylist(), key=lambda row: row["day"])
    ] == [
        (5, 1),
        (7, 2),
    ]


def test_a_trade_sees_the_price_of_its_own_moment_and_none_behind_it() -> None:
    quotes = [price("2024-01-05T11:59:59Z", "16"), price(NOON, "17"), price("2024-01-05T12:00:00.000001Z", "18")]
    (row,) = features([trade(NOON)], quotes)
    assert (row["price_time"], row["bid"], row["ask"]) == (utc(NOON), 17, 19)


def test_a_price_is_seen_from_its_arrival_on_and_never_one_older_than_what_was_seen() -> None:
    quotes = [
        price("2024-01-05T10:00:00Z", "16"),
        price("2024-01-05T11:00:00Z", "17", arrived_at="2024-01-05T13:00:00Z"),
        price("2024-01-05T11:30:00Z", "18", arrived_at="2024-01-05T12:30:00Z"),
    ]
    trades = [trade(f"2024-01-05T{time}Z") for time in ("09:00:00", "12:00:00", "12:30:00", "14:00:00")]
    assert [row["bid"] for row in features(trades, quotes)] == [None, 16, 18, 18]


def test_a_trade_sees_what_its_user_had_done_in_its_pair_until_the_day_before() -> None:
    trades = [
        trade("2024-01-03T12:00:00Z"),
        trade("2024-01-05T00:00:00Z", "SELL", "1"),
        trade("2024-01-05T12:00:00Z", "BUY", "2"),
        trade("2024-01-05T12:00:00Z", "BUY", "3"),
        trade("2024-01-04T12:00:00Z", "BUY", "4", pair="USD/BRL"),
        trade("2024-01-04T12:00:00Z", "BUY", "5", user_id="u-2"),
        trade("2024-01-04T12:00:00Z", "BUY", "6", arrived_at="2024-01-05T01:00:00Z"),
    ]
    known = {
        int(row["quantity"]): (row["earlier_day"], row["trades_to_date"], row["bought_to_date"], row["sold_to_date"])
        for row in features(trades, [])
    }
    third = (date(2024, 1, 3), 1, 10, 0)
    assert known == {
        10: (None, 0, 0, 0),
        1: third,
        2: third,
        3: third,
        4: (None, 0, 0, 0),
        5: (None, 0, 0, 0),
        6: third,
    }


MINUTES = st.integers(0, 5 * 24 * 60)
LATE = st.integers(0, 3 * 24 * 60)


def _moment(minutes: int) -> str:
    return f"{utc('2024-01-01T00:00:00Z') + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def _known_by(rows: list[tuple[int, int]], until: int) -> list[tuple[int, int]]:
    return [(at, late) for at, late in rows if at + late <= until]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    trades=st.lists(st.tuples(MINUTES, LATE), min_size=1, max_size=12, unique_by=lambda row: row[0]),
    quotes=st.lists(st.tuples(MINUTES, LATE), max_size=12, unique_by=lambda row: row[0]),
    until=MINUTES,
)
def test_what_becomes_known_later_changes_nothing_about_a_trade(
    trades: list[tuple[int, int]], quotes: list[tuple[int, int]], until: int
) -> None:
    def seen(trades: list[tuple[int, int]], quotes: list[tuple[int, int]]) -> dict[Any, dict[str, Any]]:
        made = features(
            [trade(_moment(at), arrived_at=_moment(at + late)) for at, late in trades],
            [price(_moment(at), str(at + 1), arrived_at=_moment(at + late)) for at, late in quotes],
        )
        return {row["event_time"]: row for row in made}

    before = _known_by(trades, until)
    if before:
        then, now = seen(before, _known_by(quotes, until)), seen(trades, quotes)
        assert {moment: now[moment] for moment in then} == then


def test_the_models_files_have_the_columns_that_the_model_reads() -> None:
    names = {
        name: tuple(transformations()[name].columns.names) for name in ("training_prices", "training_transactions")
    }
    assert names["training_prices"] == (*prices.HEADER, "arrived_at")
    assert names["training_transactions"] == (*transactions.HEADER, "arrived_at")


@pytest.mark.parametrize(
    ("dataset", "long"),
    [
        ("fx_prices", {"bid": "16.1234567890123456", "ask": "123456789.123456789"}),
        ("fx_transactions", {"quantity": "123456789.123456789", "price": "16.1234567890123456"}),
    ],
)
def test_nothing_is_lost_on_the_way_to_the_models_files(dataset: str, long: dict[str, str]) -> None:
    table = silver(dataset, {"event_time": NOON, "arrived_at": "2024-01-05T12:00:02.000003Z", **long})
    made = run_duckdb(dataset.replace("fx_", "training_"), {dataset: table})
    assert made.to_pylist() == table.select(made.column_names).to_pylist()


@pytest.mark.parametrize("dataset", ["fx_prices", "fx_transactions"])
def test_what_came_at_once_arrives_at_its_event_time_in_the_models_files(dataset: str) -> None:
    made = run_duckdb(dataset.replace("fx_", "training_"), {dataset: silver(dataset, {"event_time": NOON})})
    assert made["arrived_at"].to_pylist() == [utc(NOON)]
