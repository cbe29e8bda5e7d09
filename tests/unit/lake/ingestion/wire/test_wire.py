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

from divisa.adapters.wire import entry_to_json, quote_to_json, suggestion_to_json
from divisa.adapters.wire.decision import decision_to_json
from divisa.adapters.wire.outcome import outcome_to_json
from divisa.domain.experiment import Arm
from divisa.domain.outcome import Horizon, LaterPrice
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from lake.contract.reading import contracts
from lake.ingestion.conversion import LINE, convert_file
from lake.ingestion.forms import Form
from lake.ingestion.rows import NoRow
from lake.ingestion.wire.decisions import decision_columns
from lake.ingestion.wire.outcomes import outcome_columns
from lake.ingestion.wire.quotes import quote_columns
from lake.ingestion.wire.suggestions import suggestion_columns
from lake.ingestion.wire.transactions import transaction_columns
from tests.builders import WEDNESDAY, a_suggestion, an_entry, an_outcome
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
    Form.WIRE_SUGGESTIONS: "fx_suggestions",
    Form.WIRE_OUTCOMES: "fx_outcomes",
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


def test_a_suggestion_is_a_row_that_says_whether_it_was_let_out(tmp_path: Path) -> None:
    told = a_suggestion(price=Decimal("17.3512345678901234"))
    held_out = a_suggestion(suggestion_id="s-2", suppressed=Suppression.HOLDOUT, channels=(), intended=None)
    content = b"".join(suggestion_to_json(each) + b"\n" for each in (told, held_out))

    [first, second], aside = typed(tmp_path, content, Form.WIRE_SUGGESTIONS)

    assert aside == []
    assert first == {
        "suggestion_id": told.suggestion_id,
        "user_id": told.user_id,
        "pair": "USD/MXN",
        "event_time": told.created_at.replace(tzinfo=None),
        "side": "SELL",
        "amount": told.amount,
        "price": told.price,
        "told": True,
        "propensity": told.propensity,
        "model_version": told.model_version,
        "channel": "email",
        LINE: 1,
    }
    assert (second["told"], second["channel"]) == (False, None)


def test_what_its_owner_does_with_a_suggestion_makes_no_other_row_of_it() -> None:
    opened = a_suggestion(opened_at=WEDNESDAY, channels=(Channel.SMS,))

    assert suggestion_columns(suggestion_to_json(opened)) == suggestion_columns(suggestion_to_json(a_suggestion()))


@pytest.mark.parametrize("change", [{"suppressed": Suppression.COOLDOWN}, {"held_until": WEDNESDAY}])
def test_a_suggestion_that_was_left_out_or_is_held_is_no_row(change: dict[str, Any]) -> None:
    with pytest.raises(NoRow, match="was left out"):
        suggestion_columns(suggestion_to_json(a_suggestion(**change)))


def test_an_outcome_is_a_row_whose_gains_are_parts_of_the_price(tmp_path: Path) -> None:
    bid, ask = Decimal("17.00"), Decimal("17.02")
    later = {Horizon.DAY: LaterPrice(Decimal("17.01"), bid, ask, Decimal("33.12"))}
    sold = an_outcome(prices=later)
    bought = an_outcome(suggestion_id="s-2", side=Side.BUY, arm=Arm.HELD_OUT, prices=later, traded_quantity=None)
    unknown = an_outcome(suggestion_id="s-3", price=Decimal(0), prices=later)
    content = b"".join(outcome_to_json(each) + b"\n" for each in (sold, bought, unknown))

    [first, second], [aside] = typed(tmp_path, content, Form.WIRE_OUTCOMES)

    assert first == {
        "suggestion_id": sold.suggestion_id,
        "user_id": sold.user_id,
        "pair": "USD/MXN",
        "side": "SELL",
        "begun_at": sold.begun_at.replace(tzinfo=None),
        "known_until": sold.known_until.replace(tzinfo=None),
        "arm": "treated",
        "opened_at": WEDNESDAY.replace(tzinfo=None, minute=2),
        "response": "accepted",
        "traded_at": WEDNESDAY.replace(tzinfo=None, minute=4),
        "traded_quantity": sold.traded_quantity,
        "gain_1d": ((sold.price - ask) / sold.price).quantize(Decimal("1e-9")),
        "gain_7d": None,
        LINE: 1,
    }
    assert (second["arm"], second["traded_quantity"]) == ("holdout", None)
    assert second["gain_1d"] == ((bid - bought.price) / bought.price).quantize(Decimal("1e-9"))
    assert aside["reasons"] == ["no_record"]


@pytest.mark.parametrize(
    "decode", [quote_columns, transaction_columns, decision_columns, suggestion_columns, outcome_columns]
)
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
