from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.prices import read_prices, read_quotes
from divisa.domain.errors import InvalidFile, InvalidRow
from divisa.domain.pair import Pair

if TYPE_CHECKING:
    from pathlib import Path

    from divisa.domain.quote import Quote

GOOD = "USD/MXN,2024-01-05T14:15:00Z,17.0512,17.0532"


def read(path: Path, text: str | bytes) -> tuple[list[Quote], list[InvalidRow]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    rejected: list[InvalidRow] = []
    return list(read_quotes(path, source="test", on_reject=rejected.append)), rejected


def file_of(*rows: str) -> str:
    return "\n".join(("pair,event_time,bid,ask", *rows)) + "\n"


def test_a_row_becomes_a_quote_with_exact_prices_and_utc_time(tmp_path: Path) -> None:
    quotes, rejected = read(tmp_path / "p.csv", file_of("USD/MXN,2024-01-05T08:15:00-06:00,17.0512,17.0532"))

    assert not rejected
    assert (quotes[0].bid, quotes[0].ask) == (Decimal("17.0512"), Decimal("17.0532"))
    assert quotes[0].event_time.isoformat() == "2024-01-05T14:15:00+00:00"
    assert quotes[0].source == "test"


def test_several_pairs_may_be_mixed_in_one_file_in_any_order(tmp_path: Path) -> None:
    quotes, rejected = read(
        tmp_path / "p.csv",
        file_of("USD/MXN,2024-01-05T15:00:00Z,17.05,17.06", GOOD, "USD/BRL,2024-01-05T14:00:00Z,4.88,4.89"),
    )

    assert not rejected
    assert [quote.pair for quote in quotes] == [Pair("USD", "BRL"), Pair("USD", "MXN"), Pair("USD", "MXN")]
    assert quotes[0].sequence < quotes[1].sequence < quotes[2].sequence


def test_quotes_come_as_they_arrived_and_a_late_one_is_out_of_order(tmp_path: Path) -> None:
    rows = (
        "USD/MXN,2024-01-05T14:00:00Z,17.01,17.02,2024-01-05T14:00:01Z",
        "USD/MXN,2024-01-05T15:00:00Z,17.03,17.04,2024-01-05T15:00:01Z",
        "USD/MXN,2024-01-05T14:30:00Z,17.05,17.06,2024-01-05T15:00:02Z",
        "USD/BRL,2024-01-05T13:00:00Z,4.88,4.89,2024-01-05T14:30:00Z",
    )

    quotes, rejected = read(tmp_path / "p.csv", "\n".join(("pair,event_time,bid,ask,arrived_at", *rows)))

    assert [str(quote.bid) for quote in quotes] == ["17.01", "4.88", "17.03"]
    assert [(problem.line, problem.reason) for problem in rejected] == [(4, "out_of_order")]


def test_what_arrived_before_it_happened_is_known_when_it_happened(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "pair,event_time,bid,ask,arrived_at\nUSD/MXN,2024-01-05T14:00:00Z,17.01,17.02,2024-01-05T13:59:59Z\n",
        encoding="utf-8",
    )

    found = read_prices(path, on_reject=print)

    assert found.known.tolist() == found.at.tolist()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("USD/MXN,2024-01-05T15:00:00Z,17.05", "ragged"),
        ("USD/MXN,2024-01-05T15:00:00Z,17.05,17.06,17.07", "ragged"),
        ("USD-MXN,2024-01-05T15:00:00Z,17.05,17.06", "unknown_pair"),
        ("USD/XXX,2024-01-05T15:00:00Z,17.05,17.06", "unknown_pair"),
        ("USD/MXN,yesterday,17.05,17.06", "bad_time"),
        ("USD/MXN,2024-01-05T15:00:00,17.05,17.06", "bad_time"),
        ("USD/MXN,0001-01-01T00:00:00+14:00,17.05,17.06", "bad_time"),
        ("USD/MXN,2024-01-05T15:00:00Z,seventeen,17.06", "bad_number"),
        ('USD/MXN,2024-01-05T15:00:00Z,"17,05",17.06', "bad_number"),
        ("USD/MXN,2024-01-05T15:00:00Z,1e400,17.06", "bad_number"),
        ("USD/MXN,2024-01-05T15:00:00Z,,17.06", "bad_number"),
        ("USD/MXN,2024-01-05T15:00:00Z,NaN,17.06", "not_a_number"),
        ("USD/MXN,2024-01-05T15:00:00Z,17.05,-inf", "not_a_number"),
        ("USD/MXN,2024-01-05T15:00:00Z,0,17.06", "not_positive"),
        ("USD/MXN,2024-01-05T15:00:00Z,-17.05,17.06", "not_positive"),
        ("USD/MXN,2024-01-05T15:00:00Z,17.07,17.06", "crossed"),
        ("USD/MXN,2024-01-05T15:00:00Z,17.06,17.06", "crossed"),
        ("USD/MXN,2024-01-05T14:15:00Z,17.05,17.06", "duplicate"),
    ],
)
def test_a_bad_row_is_told_with_line_and_reason_and_the_stream_goes_on(tmp_path: Path, row: str, reason: str) -> None:
    after = "USD/MXN,2024-01-05T16:00:00Z,17.05,17.06"

    quotes, rejected = read(tmp_path / "p.csv", file_of(GOOD, row, after))

    assert [quote.event_time.hour for quote in quotes] == [14, 16]
    assert [(problem.source, problem.line, problem.reason) for problem in rejected] == [("p.csv", 3, reason)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("pair,event_time,bid,ask\n", "has a header and no rows"),
        ("pair,time,bid,ask\nUSD/MXN,2024-01-05T14:15:00Z,17.0512,17.0532\n", "has another header"),
        (b"pair,event_time,bid,ask\nUSD/MXN,2024-01-05T14:15:00Z,17.05\xff,17.06\n", "is not UTF-8 text"),
        (file_of("x" * 200_000), "is not CSV near line 2"),
    ],
)
def test_a_file_that_cannot_be_the_contract_is_refused_as_a_whole(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(InvalidFile, match=message):
        read(tmp_path / "p.csv", content)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"no\.csv cannot be read: No such file"):
        list(read_quotes(tmp_path / "no.csv", source="test", on_reject=print))


def test_a_byte_order_mark_blank_lines_and_blanks_around_fields_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeffpair,event_time,bid,ask\r\n\r\n USD/MXN , 2024-01-05T14:15:00Z , 17.0512 ,17.0532\r\n"

    quotes, rejected = read(tmp_path / "p.csv", text)

    assert (len(quotes), rejected) == (1, [])


def test_a_quotes_sequence_is_its_time_so_that_it_goes_on_growing_from_file_to_file(tmp_path: Path) -> None:
    whole, _ = read(tmp_path / "p.csv", file_of(GOOD, "USD/MXN,2024-01-05T14:15:00.000001Z,17.05,17.06"))
    rest, _ = read(tmp_path / "q.csv", file_of("USD/MXN,2024-01-05T14:15:00.000001Z,17.05,17.06"))

    assert whole[0].sequence == 1_704_464_100_000_000
    assert [quote.sequence for quote in rest] == [whole[1].sequence] == [whole[0].sequence + 1]
