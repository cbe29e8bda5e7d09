"""What the streams carry comes into the lake as it was meant, to the last digit."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.wire import entry_to_json, quote_to_json
from divisa.adapters.wire.decision import decision_to_json
from lake.contract.reading import contracts
from lake.ingestion.conversion import LINE, convert_file
from lake.ingestion.forms import Form
from lake.ingestion.rows import NoRow
from lake.ingestion.wire.decisions import decision_columns
from lake.ingestion.wire.quotes import quote_columns
from lake.ingestion.wire.transactions import transaction_columns
from tests.builders import an_entry
from tests.unit.adapters.strategies import entries, quotes
from tests.unit.adapters.wire.test_decision import a_whole_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.quote import Quote

LATER = datetime(2200, 1, 1, tzinfo=UTC)
DATASETS = {
    Form.WIRE_QUOTES: "fx_prices",
    Form.WIRE_TRANSACTIONS: "fx_transactions",
    Form.WIRE_DECISIONS: "fx_decisions",
}


def typed(folder: Path, content: bytes, form: Form) -> tuple[list[Any], list[Any]]:
    file, rows, aside = (folder / name for name in ("file", "rows.parquet", "aside.parquet"))
    file.write_bytes(content)
    contract = contracts()[DATASETS[form]]
    assert convert_file(file, contract, rows, aside, received_at=LATER, form=form).unaccounted == 0
    return pq.read_table(rows).to_pylist(), pq.read_table(aside).to_pylist()


@settings(max_examples=15, deadline=None)
@given(every=st.lists(quotes(), min_size=1, max_size=8))
def test_a_quote_is_a_price_with_all_its_digits(tmp_path_factory: pytest.TempPathFactory, every: list[Quote]) -> None:
    content = b"".join(quote_to_json(quote) + b"\n" for quote in every)
    rows, aside = typed(tmp_path_factory.mktemp("quotes"), content, Form.WIRE_QUOTES)

    good = [quote for quote in every if quote.bid < quote.ask]
    assert [(row["pair"], row["event_time"].replace(tzinfo=UTC), row["bid"], row["ask"]) for row in rows] == [
        (str(quote.pair), quote.event_time, quote.bid, quote.ask) for quote in good
    ]
    assert [row["reasons"] for row in aside] == [["crossed"]] * (len(every) - len(good))


@settings(max_examples=15, deadline=None)
@given(every=st.lists(entries(), min_size=1, max_size=8))
def test_an_entry_of_the_ledger_is_a_transaction_whose_money_is_exact(
    tmp_path_factory: pytest.TempPathFactory, every: list[LedgerEntry]
) -> None:
    content = gzip.compress(b"".join(entry_to_json(entry) + b"\n" for entry in every))
    rows, aside = typed(tmp_path_factory.mktemp("entries"), content, Form.WIRE_TRANSACTIONS)

    trades = {number: entry.transaction for number, entry in enumerate(every, start=1)}
    for row in rows:
        trade = trades.pop(row[LINE])
        assert (row["quantity"], row["price"], row["side"]) == (trade.quantity, trade.price, trade.side)
        assert (row["user_id"], row["event_time"].replace(tzinfo=UTC)) == (trade.user_id, trade.event_time)
    assert trades.keys() == {row[LINE] for row in aside}
    assert all(
        set(row["reasons"]) <= {"bad_number", "out_of_range", "missing", "too_long", "in_the_future"} for row in aside
    )


def test_minor_units_become_the_amount_that_they_stand_for() -> None:
    columns = transaction_columns(entry_to_json(an_entry(quantity="100.50", price="17.00")))

    assert (columns["quantity"], columns["price"]) == ("100.50", "17.00")


def test_a_logged_decision_is_a_row_of_what_was_decided(tmp_path: Path) -> None:
    record = a_whole_record()

    [row], aside = typed(tmp_path, decision_to_json(record) + b"\n", Form.WIRE_DECISIONS)

    judgement = record.judgement
    assert row == {
        "decision_id": record.decision_id,
        "user_id": record.user_id,
        "pair": str(record.quote.pair),
        "event_time": record.quote.event_time.replace(tzinfo=None),
        "cause": record.cause.value,
        "decision": record.answer.decision.name,
        "probability_buy": record.answer.probabilities[1],
        "probability_sell": record.answer.probabilities[2],
        "suppressed": None if judgement is None else judgement.suppressed,
        "model_version": record.model_version,
        LINE: 1,
    }
    assert aside == []


def test_a_decision_by_other_features_and_rules_is_one_all_the_same_and_one_of_another_form_is_not() -> None:
    line = json.loads(decision_to_json(a_whole_record()))

    assert decision_columns(json.dumps(line | {"feature_hash": "older", "rules_hash": "older"}).encode())
    with pytest.raises(NoRow, match="another form"):
        decision_columns(json.dumps(line | {"schema": 1}).encode())


@pytest.mark.parametrize("decode", [quote_columns, transaction_columns, decision_columns])
@pytest.mark.parametrize("line", [b"{}", b"secret", b'{"pair": "secret"}', b"[" * 100_000, b"\xff", b"null"])
def test_a_line_that_is_no_record_is_told_in_words_that_repeat_nothing(
    decode: Callable[[bytes], Mapping[str, str | None]], line: bytes
) -> None:
    with pytest.raises(NoRow) as told:
        decode(line)

    assert told.value.reason.value == "no_record"
    assert "secret" not in told.value.says


def test_a_line_that_is_no_record_costs_itself_alone(tmp_path: Path) -> None:
    good = (
        b'{"pair":"USD/MXN","bid":"16.85","ask":"16.86","event_time":"2024-01-05T14:15:00Z","sequence":1,"source":"x"}'
    )

    rows, [aside] = typed(tmp_path, good + b"\n" + good[:50] + b"\n" + good, Form.WIRE_QUOTES)

    assert [(row[LINE], row["bid"]) for row in rows] == [(1, Decimal("16.85")), (3, Decimal("16.85"))]
    assert (aside[LINE], aside["raw"], aside["reasons"]) == (2, good[:50], ["no_record"])
