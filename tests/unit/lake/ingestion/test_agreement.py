"""A row is good for the lake when the model's own reader of the same file can use it, and not otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.csv.prices import read_prices
from divisa.adapters.csv.table import MAX_DIGITS
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.pair import MINOR_DIGITS
from lake.contract.reading import contracts
from lake.ingestion.conversion import convert_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from divisa.domain.errors import InvalidRow

LAST_DAY = datetime(9999, 12, 30, tzinfo=UTC)
"""Whether a row is in the future is asked by the lake alone."""
currency = st.sampled_from([*sorted(MINOR_DIGITS), "XYZ", "usd", "US", ""])
pair = st.tuples(currency, currency).map("/".join) | st.just("USD/MXN")
number = st.sampled_from(["1.5", "2", "0", "-1", "+3", "NaN", "1e3", "1_0", ".5", "5.", "١"]) | st.from_regex(
    r"[+-]?[0-9]{1,19}(\.[0-9]{1,19})?", fullmatch=True
)
moment = st.sampled_from(
    ["2024-01-05T14:15:00Z", "2024-01-05 14:15:00.123456+05:30", "2024-01-05T14:15:00", "2024-02-30T00:00:00Z", ""]
)
user = st.sampled_from(["u-17", "Ana", "é", "", "  "])
side = st.sampled_from(["BUY", "SELL", "buy", "HOLD", ""])
PRICES = (("pair", "event_time", "bid", "ask"), st.tuples(pair, moment, number, number))
TRADES = (
    ("user_id", "event_time", "pair", "side", "quantity", "price"),
    st.tuples(user, moment, pair, side, number, number),
)


def good_for_the_model(read: Callable[..., object], file: Path) -> bool:
    refused: list[InvalidRow] = []
    read(file, on_reject=refused.append)
    return not refused


def good_for_the_lake(dataset: str, file: Path) -> bool:
    outs = file.with_suffix(".parquet"), file.with_suffix(".aside")
    return convert_file(file, contracts()[dataset], *outs, received_at=LAST_DAY).typed == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dataset", "read", "names", "rows"),
    [("fx_prices", read_prices, *PRICES), ("fx_transactions", read_transactions, *TRADES)],
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_row_is_good_for_the_lake_exactly_when_it_is_good_for_the_models_reader(
    tmp_path_factory: pytest.TempPathFactory,
    dataset: str,
    read: Callable[..., object],
    names: tuple[str, ...],
    rows: st.SearchStrategy[tuple[str, ...]],
    data: st.DataObject,
) -> None:
    file = tmp_path_factory.mktemp("one") / "row.csv"
    file.write_text(",".join(names) + "\n" + ",".join(data.draw(rows)) + "\n", encoding="utf-8")
    assert good_for_the_lake(dataset, file) == good_for_the_model(read, file)


@pytest.mark.parametrize(
    ("dataset", "column"),
    [("fx_prices", "bid"), ("fx_prices", "ask"), ("fx_transactions", "quantity"), ("fx_transactions", "price")],
)
def test_the_digits_of_a_number_are_as_many_as_the_models_readers_take(dataset: str, column: str) -> None:
    assert contracts()[dataset].columns[column].digits == MAX_DIGITS
