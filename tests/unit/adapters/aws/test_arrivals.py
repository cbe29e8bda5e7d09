from __future__ import annotations

from datetime import UTC, datetime

from divisa.adapters.aws.arrivals import read_arrivals
from divisa.adapters.aws.kpl import aggregate, position_of
from divisa.adapters.wire import quote_to_json
from divisa.domain.errors import InvalidQuote
from divisa.domain.gate import Rejection
from tests.builders import a_quote

AT = datetime(2024, 1, 10, 15, tzinfo=UTC)


def reasons(data: bytes) -> list[str | None]:
    """For each arrival why it is no quote, None where it is one."""
    arrivals = read_arrivals(data, "17", "USD/MXN", AT)
    return [each.content.reason if isinstance(each.content, InvalidQuote) else None for each in arrivals]


def test_one_bad_event_leaves_the_others_of_its_record_alone() -> None:
    good = quote_to_json(a_quote())
    [record] = aggregate("USD/MXN", [good, b"{", good], max_bytes=100_000)
    arrivals = read_arrivals(record, "17", "USD/MXN", AT)
    assert [arrival.content for arrival in arrivals if arrival.payload == good] == [a_quote()] * 2
    assert reasons(record) == [None, Rejection.MALFORMED, None]
    assert [arrival.position for arrival in arrivals] == [position_of("17", n) for n in range(3)]


def test_a_broken_aggregate_is_one_arrival_with_all_its_bytes() -> None:
    [record] = aggregate("USD/MXN", [quote_to_json(a_quote())] * 3, max_bytes=100_000)
    broken = record[:-1]
    [arrival] = read_arrivals(broken, "17", "USD/MXN", AT)
    assert reasons(broken) == [Rejection.CORRUPT_AGGREGATE]
    assert (arrival.payload, arrival.position, arrival.arrived_at) == (broken, position_of("17"), AT)


def test_a_plain_record_is_one_event() -> None:
    assert reasons(quote_to_json(a_quote())) == [None]
    assert reasons(b"hello") == [Rejection.MALFORMED]
