"""Enough faults over enough suggestions, none lost and none told twice, is a success; the report says all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from local.faults.__main__ import ENDS, report_of
from local.faults.books import Books, End
from local.faults.calls import Call
from local.faults.plan import KILLS, SEEN_OFTEN, Fault, Plan
from local.faults.suite import Result, Size, result_of

SIZE = Size(faults=2, suggestions=12)
CALL = Call("sms", "sns", "Publish")
READ = Call("sms", "dynamodb", "GetItem")
SETTLED = Call("sms", "dynamodb", "PutItem")
OTHER = Call("quotes", "dynamodb", "Query")
EVERY = Counter({end: 1 for end in End if end is not End.LOST}) + Counter({End.DELIVERED: 2, End.SUPPRESSED: 1})


def books(**changes: object) -> Books:
    found = Books(
        ends=Counter(EVERY), suppressed=Counter({"cooldown": 2}), delivered=Counter({"push": 1, "email": 1, "sms": 1})
    )
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def plan(*hits: tuple[Call, Fault], seen: int = SEEN_OFTEN) -> Plan:
    counted = Plan(1, 25)
    for call in {call for call, _ in hits}:
        for _ in range(seen):
            counted.choose(call)
    for call, fault in hits:
        counted.record(fault, call)
    return counted


KILLED = [(CALL, kill) for kill in KILLS]


def result(counted: Plan | None = None, **changes: object) -> Result:
    return result_of(counted or plan(*KILLED), books(**changes), ["sms"], 1, {})


def test_enough_of_everything_and_nothing_lost_holds() -> None:
    assert result().problems(SIZE) == []
    assert result().holds(SIZE)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lost": ["a"]}, "1 lost"),
        ({"duplicates": 1}, "1 second messages"),
        ({"unexpected": 2}, "2 suggestions more than prices gave reason for"),
        ({"delivered": Counter({"sms": 9})}, "nothing was delivered by push, email"),
        ({"ends": EVERY + Counter({End.UNSEEN: 1})}, "3 are uncertain, after 2 faults"),
    ],
)
def test_what_is_lost_told_twice_never_sent_or_uncertain_without_a_fault_does_not_hold(
    changes: dict[str, Any], problem: str
) -> None:
    assert result(**changes).problems(SIZE) == [problem]
    assert not result(**changes).holds(SIZE)


def test_too_few_faults_or_suggestions_do_not_hold() -> None:
    assert not result().holds(replace(SIZE, faults=3))
    assert not result().holds(replace(SIZE, suggestions=13))


def test_an_await_that_was_seen_often_and_not_killed_both_ways_does_not_hold() -> None:
    half = [*KILLED, (OTHER, Fault.KILL_BEFORE), (OTHER, Fault.RESET_AFTER)]
    often = result(plan(*half))
    assert often.problems(SIZE) == ["1 awaits were not killed both before and after"]
    assert report_of(often, SIZE)["not_killed"] == {str(OTHER): [Fault.KILL_AFTER]}
    seldom = result(plan(*half, seen=SEEN_OFTEN - 1))
    assert seldom.holds(SIZE)
    assert report_of(seldom, SIZE)["seen_too_seldom_to_kill"] == [str(OTHER)]


def test_only_faults_of_a_sender_from_when_it_begins_to_send_explain_what_is_uncertain() -> None:
    others = [(each, kill) for each in (READ, OTHER) for kill in KILLS]
    found = result(plan(*KILLED, *others))
    assert (found.in_doubt, found.unsent) == (2, 2)


def test_faults_after_a_message_went_out_do_not_explain_one_that_is_not_there() -> None:
    settling = [(SETTLED, kill) for kill in KILLS]
    there = result(plan(*KILLED, *settling), ends=EVERY + Counter({End.UNCERTAIN: 2}))
    assert there.holds(SIZE)
    unseen = result(plan(*KILLED, *settling), ends=EVERY + Counter({End.UNSEEN: 2}))
    assert unseen.problems(SIZE) == ["3 are uncertain and not there, after 2 faults"]


def test_the_report_accounts_for_every_suggestion_and_names_the_faults() -> None:
    counted = plan(*KILLED)
    counted.record(Fault.CLOCK)
    report = report_of(result(counted), SIZE)
    assert set(ENDS.values()) == set(End)
    assert sum(report[end] for end in ENDS) == report["suggestions"] == 12
    assert {"faults", "delivered", "suppressed", "lost", "duplicates", "missing"} <= report.keys()
    assert (report["faults"], report["by_fault"][Fault.KILL_AFTER.value]) == (3, 1)
    assert report["by_call"] == {"sms: sns.Publish": {kill.value: 1 for kill in KILLS}}
    assert report["never_hit"] == []
