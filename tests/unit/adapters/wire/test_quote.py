from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divisa.adapters.wire import decode_quote, quote_to_json
from divisa.domain.errors import InvalidQuote
from divisa.domain.gate import Rejection
from tests.unit.adapters.strategies import quotes

FIELDS: dict[str, Any] = {
    "pair": "USD/MXN",
    "bid": "17.0512",
    "ask": "17.0532",
    "event_time": "2024-01-05T14:15:00Z",
    "sequence": 123,
    "source": "ecb-bridge",
}


def event(**changes: Any) -> bytes:
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not ...}
    return json.dumps(fields).encode()


def reason_of(payload: bytes) -> str:
    with pytest.raises(InvalidQuote) as refused:
        decode_quote(payload)
    assert len(str(refused.value)) < 400
    return refused.value.reason


@given(quotes())
def test_a_quote_comes_back_as_it_was_sent(quote: Any) -> None:
    again = decode_quote(quote_to_json(quote))
    assert again == quote
    assert (again.bid.as_tuple(), again.event_time.tzinfo) == (quote.bid.as_tuple(), UTC)


def test_prices_keep_every_digit() -> None:
    quote = decode_quote(event(bid="0.000000000000001", ask="123456789012345678"))
    assert (quote.bid, quote.ask) == (Decimal("0.000000000000001"), Decimal("123456789012345678"))


def test_a_time_with_an_offset_is_read_as_utc() -> None:
    quote = decode_quote(event(event_time="2024-01-05T08:15:00-06:00"))
    assert quote.event_time == datetime(2024, 1, 5, 14, 15, tzinfo=UTC)
    assert quote.event_time.tzinfo is UTC


def test_fields_that_we_do_not_know_are_passed_over() -> None:
    assert decode_quote(event(venue="x")) == decode_quote(event())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"pair":"USD/MXN',
        event()[:-5],
        event() + b"x",
        b"[" * 4000,
        b'{"x":' * 800,
        b'{"pair": NaN}',
        event(venue="x" * 5000),
        *(event(**{name: ...}) for name in FIELDS),
        *(event(**{name: None}) for name in FIELDS),
        event(pair=1),
        event(pair="USD/MXN" * 10),
        event(bid=17.05),
        event(bid="NaN"),
        event(ask="Infinity"),
        event(bid="1e999999"),
        event(bid="1e5"),
        event(bid=""),
        event(bid="-"),
        event(bid="17."),
        event(bid=" 17"),
        event(bid="17\n"),
        event(bid="١٧"),
        event(bid="1" * 19),
        event(bid="1." + "1" * 18),
        event(bid="1" * 3000),
        event(event_time="2024-01-05T14:15:00"),
        event(event_time="2024-13-05T14:15:00Z"),
        event(event_time="yesterday"),
        event(event_time=1704464100),
        event(event_time="0001-01-01T00:00:00+14:00"),
        event(event_time="9999-12-31T23:59:59-14:00"),
        event(sequence=-1),
        event(sequence=1.5),
        event(sequence="1"),
        event(sequence=10**30),
        event(sequence=True),
        event(source=""),
        event(source="a b"),
        event(source="x\n"),
        event(source="x" * 65),
    ],
)
def test_what_is_no_quote_is_malformed(payload: bytes) -> None:
    assert reason_of(payload) == Rejection.MALFORMED


@pytest.mark.parametrize("pair", ["", "USD", "usd/mxn", "USD/XXX", "USD/USD", "USD/MXN "])
def test_a_pair_that_does_not_exist_is_unknown(pair: str) -> None:
    assert reason_of(event(pair=pair)) == Rejection.UNKNOWN_PAIR


@pytest.mark.parametrize("price", ["0", "-0", "0.000", "-17.05"])
def test_a_price_that_is_not_positive_is_said_to_be_so(price: str) -> None:
    assert reason_of(event(bid=price)) == Rejection.NOT_POSITIVE
    assert reason_of(event(ask=price)) == Rejection.NOT_POSITIVE


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_an_invalid_quote(payload: bytes) -> None:
    with pytest.raises(InvalidQuote):
        decode_quote(payload)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional={name: _JSON | st.just(value) for name, value in FIELDS.items()}))
def test_no_json_raises_anything_but_an_invalid_quote(fields: dict[str, Any]) -> None:
    try:
        decode_quote(json.dumps(fields).encode())
    except InvalidQuote as refused:
        assert refused.reason in {Rejection.MALFORMED, Rejection.UNKNOWN_PAIR, Rejection.NOT_POSITIVE}


@given(st.data())
def test_a_damaged_quote_is_refused_or_read_but_never_breaks_the_reader(data: st.DataObject) -> None:
    payload = bytearray(event())
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        decode_quote(bytes(payload))
    except InvalidQuote as refused:
        assert refused.reason in set(Rejection)
