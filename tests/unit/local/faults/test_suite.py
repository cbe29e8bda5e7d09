"""Enough faults over enough suggestions, none lost and none told twice, is a success; the report says all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from local.faults.__main__ import report_of
from local.faults.books import Books, End
from local.faults.calls import Call
from local.faults.plan import Fault
from local.faults.suite import Result, Size

SIZE = Size(faults=2, suggestions=3)
CALL = Call("sms", "sns", "Publish")


def result(**changes: object) -> Result:
    books = Books(ends=Counter({End.DELIVERED: 2, End.SUPPRESSED: 1}), suppressed=Counter({"cooldown": 1}))
    for name, value in changes.items():
        setattr(books, name, value)
    return Result(books, Counter({Fault.KILL_AFTER: 1, Fault.CLOCK: 1}), Counter({CALL: 1}), [], rounds=1)


def test_enough_of_both_and_nothing_lost_holds() -> None:
    assert result().holds(SIZE)


@pytest.mark.parametrize("changes", [{"lost": ["a"]}, {"duplicates": 1}, {"ends": Counter({End.SUPPRESSED: 3})}])
def test_what_is_lost_told_twice_or_never_delivered_does_not_hold(changes: dict[str, object]) -> None:
    assert not result(**changes).holds(SIZE)


def test_too_few_faults_or_suggestions_do_not_hold() -> None:
    assert not result().holds(replace(SIZE, faults=3))
    assert not result().holds(replace(SIZE, suggestions=4))


def test_the_report_accounts_for_every_suggestion_and_names_the_faults() -> None:
    report = report_of(result(), SIZE)
    ends = ("delivered", "suppressed", "held", "uncertain", "expired", "quiet", "unreached", "lost")
    assert sum(report[end] for end in ends) == report["suggestions"] == 3
    assert (report["faults"], report["by_fault"][Fault.KILL_AFTER.value]) == (2, 1)
    assert report["by_call"] == {"sms: sns.Publish": 1}
