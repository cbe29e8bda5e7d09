"""Trials in files of other experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidFile, InvalidRow
from divisa.domain.experiment import Arm
from divisa.domain.lift import Trial
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side
from local.trial_file import read_trials

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "user_id,arm,traded,side,channel,reason\n"
TRIALS = [
    Trial("ana", Arm.TREATED, True, Side.BUY, Channel.SMS, ReasonCode.MONTH_LOW),
    Trial("ben", Arm.HELD_OUT, False, Side.SELL, None, None),
]


def test_a_csv_file_and_a_file_of_json_lines_say_the_same(tmp_path: Path) -> None:
    table, lines = tmp_path / "trials.csv", tmp_path / "trials.jsonl"
    table.write_text(HEADER + "ana,treated,true, BUY,sms,month_low\n\nben,held_out,0,SELL,,\n")
    lines.write_text(
        '{"user_id":"ana","arm":"treated","traded":true,"side":"BUY","channel":"sms","reason":"month_low"}\n\n'
        '{"user_id":"ben","arm":"held_out","traded":false,"side":"SELL"}\n'
    )
    assert read_trials(table) == read_trials(lines) == TRIALS


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ana,told,1,BUY,sms,", "arm is none of its allowed values"),
        ("ana,treated,perhaps,BUY,sms,", "traded"),
        ("ana,treated,1,buy,sms,", "side is none of its allowed values"),
        ("ana,treated,1,BUY,pigeon,", "channel is none of its allowed values"),
        (",treated,1,BUY,sms,", "user_id"),
        ("ana,treated,1", "3 fields instead of 6"),
    ],
)
def test_a_row_that_is_no_trial_is_refused_with_its_line(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(HEADER + "ben,treated,1,BUY,,\n" + row + "\n")
    with pytest.raises(InvalidRow, match=problem) as caught:
        read_trials(path)
    assert caught.value.line == 3
    assert "pigeon" not in str(caught.value)
    assert "perhaps" not in str(caught.value)


def test_a_line_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    path.write_text("ana\n")
    with pytest.raises(InvalidRow, match="no_json"):
        read_trials(path)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("trials.csv", b"user,arm\n", "another header"),
        ("trials.csv", b"", "another header"),
        ("trials.txt", b"", "neither"),
        ("trials.csv", b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=problem):
        read_trials(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        read_trials(tmp_path / "none.csv")
