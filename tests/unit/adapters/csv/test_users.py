from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.csv.users import UserRow, read_users
from divisa.domain.errors import InvalidFile, InvalidRow
from divisa.domain.pair import Pair
from divisa.domain.recipient import Channel, Language, Recipient

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "user_id,language,phone,email,sms_consent,email_consent,base_balance,quote_balance,pair"
ANA = "ana,es,+525512345678,ana@example.com,true,false,100.00,5000.00,USD/MXN"


def read(path: Path, *rows: str) -> tuple[list[UserRow], list[InvalidRow]]:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    rejected: list[InvalidRow] = []
    return list(read_users(path, on_reject=rejected.append)), rejected


def changed(**fields: str) -> str:
    """Ana's row as somebody else's, with other fields."""
    row = dict(zip(HEADER.split(","), ANA.split(","), strict=True)) | {"user_id": "eva"} | fields
    return ",".join(row.values())


def test_a_row_becomes_a_person_with_exact_balances(tmp_path: Path) -> None:
    (row,), rejected = read(tmp_path / "u.csv", ANA)

    assert not rejected
    assert row == UserRow(
        Recipient("ana", Language.ES, frozenset([Channel.SMS]), phone="+525512345678", email="ana@example.com"),
        Pair("USD", "MXN"),
        base_balance=Decimal("100.00"),
        quote_balance=Decimal("5000.00"),
    )


def test_a_contact_that_is_missing_or_wrong_is_not_judged_here(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "u.csv", changed(phone="", email=""), changed(user_id="bea", phone="call me"))

    assert not rejected
    assert [(row.recipient.phone, row.recipient.email) for row in rows] == [
        (None, None),
        ("call me", "ana@example.com"),
    ]


@pytest.mark.parametrize(
    ("text", "given"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("False", False), ("0", False)]
)
def test_consent_may_be_spelled_in_a_few_ways(tmp_path: Path, text: str, given: bool) -> None:
    (row,), _ = read(tmp_path / "u.csv", changed(sms_consent="false", email_consent=text))

    assert row.recipient.consent == (frozenset([Channel.EMAIL]) if given else frozenset())


def test_balances_are_rounded_to_the_currencys_minor_unit(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path / "u.csv", changed(base_balance="0", quote_balance="10.125"))

    assert (row.base_balance, row.quote_balance) == (Decimal("0.00"), Decimal("10.12"))


def test_a_user_may_hold_several_pairs_each_once(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "u.csv", ANA, ANA.replace("MXN", "BRL"), ANA)

    assert [row.pair.quote for row in rows] == ["MXN", "BRL"]
    assert [(problem.line, problem.reason) for problem in rejected] == [(4, "duplicate")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ANA.rpartition(",")[0], "ragged"),
        (f"{ANA},more", "ragged"),
        (changed(user_id=""), "no_user"),
        (changed(language="fr"), "unknown_language"),
        (changed(language=""), "unknown_language"),
        (changed(pair="MXN/USD/"), "unknown_pair"),
        (changed(pair="USD/XXX"), "unknown_pair"),
        (changed(sms_consent="yes"), "bad_flag"),
        (changed(email_consent=""), "bad_flag"),
        (changed(base_balance="-0.01"), "not_positive"),
        (changed(quote_balance="-1"), "not_positive"),
        (changed(base_balance="inf"), "not_a_number"),
        (changed(quote_balance="a lot"), "bad_number"),
        (changed(quote_balance=""), "bad_number"),
        (changed(base_balance="1e9"), "bad_number"),
        (ANA, "duplicate"),
    ],
)
def test_a_bad_row_is_told_with_line_and_reason_and_the_stream_goes_on(tmp_path: Path, row: str, reason: str) -> None:
    rows, rejected = read(tmp_path / "u.csv", ANA, row, changed(user_id="bea"))

    assert [each.recipient.user_id for each in rows] == ["ana", "bea"]
    assert [(problem.source, problem.line, problem.reason) for problem in rejected] == [("u.csv", 3, reason)]


def test_a_problem_never_repeats_what_the_file_says_about_a_person(tmp_path: Path) -> None:
    _, problems = read(
        tmp_path / "u.csv",
        changed(sms_consent="+525512345678"),
        changed(base_balance="98765.4x"),
        changed(language="ana@example.com"),
        changed(pair="98765"),
    )

    assert len(problems) == 4
    told = " ".join(map(str, problems))
    assert not [secret for secret in ("eva", "98765", "+5255", "ana@") if secret in told]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("user_id,phone\nana,+525512345678\n", encoding="utf-8")

    with pytest.raises(InvalidFile, match=f"its first line must be {HEADER}"):
        list(read_users(tmp_path / "u.csv", on_reject=print))
