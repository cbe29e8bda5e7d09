from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.errors import InvalidFile, InvalidRow
from divisa.domain.transaction import Side, Transaction

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "user_id,event_time,pair,side,quantity,price"
FIRST = "ana,2024-01-05T14:15:00Z,USD/MXN,BUY,150.00,17.0532"


def read(path: Path, *rows: str) -> tuple[list[Transaction], list[InvalidRow]]:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    rejected: list[InvalidRow] = []
    return list(read_transactions(path, on_reject=rejected.append)), rejected


def test_a_row_becomes_a_transaction_with_exact_amounts(tmp_path: Path) -> None:
    (transaction,), rejected = read(tmp_path / "t.csv", FIRST)

    assert not rejected
    assert (transaction.user_id, transaction.side) == ("ana", Side.BUY)
    assert (transaction.quantity, transaction.price) == (Decimal("150.00"), Decimal("17.0532"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,150.00", "ragged"),
        (",2024-01-05T15:00:00Z,USD/MXN,BUY,150.00,17", "no_user"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,buy,150.00,17", "unknown_side"),
        ("ana,2024-01-05T15:00:00Z,MXN,BUY,150.00,17", "unknown_pair"),
        ("ana,2024-01-05,USD/MXN,BUY,150.00,17", "bad_time"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,many,17", "bad_number"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,nan,17", "not_a_number"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,-150.00,17", "not_positive"),
        ("ana,2024-01-05T15:00:00Z,USD/MXN,BUY,150.00,0", "not_positive"),
        (FIRST, "duplicate"),
        ("ana,2024-01-05T14:00:00Z,USD/MXN,BUY,150.00,17", "out_of_order"),
    ],
)
def test_a_bad_row_is_told_with_line_and_reason_and_the_stream_goes_on(tmp_path: Path, row: str, reason: str) -> None:
    after = "ana,2024-01-05T16:00:00Z,USD/MXN,SELL,50.00,17.1"

    transactions, rejected = read(tmp_path / "t.csv", FIRST, row, after)

    assert [transaction.side for transaction in transactions] == [Side.BUY, Side.SELL]
    assert [(problem.line, problem.reason) for problem in rejected] == [(3, reason)]


def test_a_problem_never_repeats_what_the_ledger_says_about_a_person(tmp_path: Path) -> None:
    _, (problem,) = read(tmp_path / "t.csv", "ana,2024-01-05T15:00:00Z,USD/MXN,BUY,98765.43x,17")

    assert "ana" not in str(problem)
    assert "98765" not in str(problem)


def test_users_may_be_mixed_or_follow_each_other_whatever_the_times_of_the_others(tmp_path: Path) -> None:
    transactions, rejected = read(
        tmp_path / "t.csv",
        FIRST,
        "bea,2023-01-05T14:15:00Z,USD/MXN,BUY,1,17",
        "ana,2024-01-05T14:15:00Z,USD/BRL,BUY,1,5",
    )

    assert (len(transactions), rejected) == (3, [])


def test_two_different_transactions_at_the_same_instant_both_count(tmp_path: Path) -> None:
    transactions, rejected = read(tmp_path / "t.csv", FIRST, FIRST.replace("150.00", "20.00"))

    assert (len(transactions), rejected) == (2, [])


def test_a_prices_file_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("pair,event_time,bid,ask\n", encoding="utf-8")

    with pytest.raises(InvalidFile, match="its first line must be user_id,event_time,pair,side,quantity,price"):
        list(read_transactions(tmp_path / "t.csv", on_reject=print))


def test_of_several_transactions_at_one_instant_none_may_be_repeated(tmp_path: Path) -> None:
    other = FIRST.replace("150.00", "20.00")

    transactions, rejected = read(tmp_path / "t.csv", FIRST, other, FIRST, other)

    assert [transaction.quantity for transaction in transactions] == [Decimal("150.00"), Decimal("20.00")]
    assert [(problem.line, problem.reason) for problem in rejected] == [(4, "duplicate"), (5, "duplicate")]
