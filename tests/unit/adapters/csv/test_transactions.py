from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.transactions import Transactions, read_transactions
from divisa.domain.errors import InvalidFile, InvalidRow

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "user_id,event_time,pair,side,quantity,price"
FIRST = "ana,2024-01-05T14:15:00Z,USD/MXN,BUY,150.00,17.0532"


def read(path: Path, *rows: str, header: str = HEADER) -> tuple[Transactions, list[InvalidRow]]:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    rejected: list[InvalidRow] = []
    return read_transactions(path, on_reject=rejected.append), rejected


def test_a_row_becomes_a_transaction(tmp_path: Path) -> None:
    found, rejected = read(tmp_path / "t.csv", FIRST)

    assert not rejected
    assert (found.users, [str(pair) for pair in found.pairs], found.buy.tolist()) == (("ana",), ["USD/MXN"], [True])
    assert (found.quantity.tolist(), found.price.tolist()) == ([150.0], [17.0532])
    assert found.at.tolist() == [int(datetime(2024, 1, 5, 14, 15, tzinfo=UTC).timestamp()) * 1_000_000]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,150.00", "ragged"),
        (",2024-01-05T15:00:00Z,USD/MXN,BUY,150.00,17", "no_user"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,buy,150.00,17", "unknown_side"),
        ("ana,2024-01-05T15:00:00Z,MXN,BUY,150.00,17", "unknown_pair"),
        ("ana,2024-01-05,USD/MXN,BUY,150.00,17", "bad_time"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,many,17", "bad_number"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,1234567890123456789,17", "bad_number"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,nan,17", "not_a_number"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,-150.00,17", "not_positive"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,150.00,0", "not_positive"),
        (FIRST, "duplicate"),
    ],
)
def test_a_bad_row_is_told_with_line_and_reason_and_the_others_are_read(tmp_path: Path, row: str, reason: str) -> None:
    after = "ana,2024-01-05T16:00:00Z,USD/MXN,SELL,50.00,17.1"

    found, rejected = read(tmp_path / "t.csv", FIRST, row, after)

    assert found.buy.tolist() == [True, False]
    assert [(problem.line, problem.reason) for problem in rejected] == [(3, reason)]


def test_a_problem_never_repeats_what_the_ledger_says_about_a_person(tmp_path: Path) -> None:
    _, (problem,) = read(tmp_path / "t.csv", "ana,2024-01-05T15:00:00Z,USD/MXN,BUY,98765.43x,17")

    assert "ana" not in str(problem)
    assert "98765" not in str(problem)


def test_transactions_lie_by_user_pair_and_time_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    found, rejected = read(
        tmp_path / "t.csv",
        FIRST,
        "bea,2023-01-05T14:15:00Z,USD/MXN,BUY,1,17",
        "ana,2024-01-05T14:00:00Z,USD/MXN,BUY,2,17",
        "ana,2024-01-05T14:15:00Z,USD/BRL,BUY,3,5",
    )

    assert not rejected
    assert found.quantity.tolist() == [3.0, 2.0, 150.0, 1.0]
    assert [found.users[user] for user in found.user] == ["ana", "ana", "ana", "bea"]
    assert [str(found.pairs[pair]) for pair in found.pair] == ["USD/BRL", "USD/MXN", "USD/MXN", "USD/MXN"]


def test_two_different_transactions_at_the_same_instant_both_count_in_the_order_of_the_file(tmp_path: Path) -> None:
    found, rejected = read(tmp_path / "t.csv", FIRST, FIRST.replace("150.00", "20.00"))

    assert (found.quantity.tolist(), rejected) == ([150.0, 20.0], [])


def test_of_several_transactions_at_one_instant_none_may_be_repeated(tmp_path: Path) -> None:
    other = FIRST.replace("150.00", "20.00")

    found, rejected = read(tmp_path / "t.csv", FIRST, other, FIRST, other)

    assert found.quantity.tolist() == [150.0, 20.0]
    assert [(problem.line, problem.reason) for problem in rejected] == [(4, "duplicate"), (5, "duplicate")]


def test_transactions_lie_as_they_arrived_and_one_that_arrives_again_is_a_duplicate(tmp_path: Path) -> None:
    found, rejected = read(
        tmp_path / "t.csv",
        "ana,2024-01-05T14:00:00Z,USD/MXN,BUY,1,17,2024-01-05T18:00:00Z",
        "ana,2024-01-05T15:00:00Z,USD/MXN,BUY,2,17,2024-01-05T15:00:01Z",
        "ana,2024-01-05T14:00:00Z,USD/MXN,BUY,1,17,2024-01-05T16:00:00Z",
        "ana,2024-01-05T17:00:00Z,USD/MXN,BUY,3,17,2024-01-05T16:59:59Z",
        header=f"{HEADER},arrived_at",
    )

    assert found.quantity.tolist() == [2.0, 1.0, 3.0]
    assert ((found.known - found.at) // 1_000_000).tolist() == [1, 7200, 0]
    assert [(problem.line, problem.reason) for problem in rejected] == [(2, "duplicate")]


def test_a_prices_file_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("pair,event_time,bid,ask\n", encoding="utf-8")

    with pytest.raises(InvalidFile, match="its first line must be user_id,event_time,pair,side,quantity,price"):
        read_transactions(tmp_path / "t.csv", on_reject=print)
