"""The plan hits every await with every kind of fault, and the same way for the same seed."""

from __future__ import annotations

from local.faults.calls import Call
from local.faults.plan import KILLS, SEEN_OFTEN, Fault, Plan

GET = Call("sms", "dynamodb", "GetItem")
READ = Call("quotes", "dynamodb", "BatchGetItem")
MOVE = Call("quotes", "dynamodb", "TransactWriteItems")


def chosen(plan: Plan, call: Call, times: int) -> list[Fault | None]:
    return [plan.choose(call) for _ in range(times)]


def test_the_same_seed_chooses_the_same_whatever_others_ask_in_between() -> None:
    alone = chosen(Plan(7, 5), GET, 200)
    plan = Plan(7, 5)
    among = [(plan.choose(READ), plan.choose(GET))[1] for _ in range(200)]
    assert among == alone
    assert chosen(Plan(8, 5), GET, 200) != alone


def test_one_of_so_many_requests_meets_a_fault() -> None:
    hit = [fault for fault in chosen(Plan(1, 20), GET, 4000) if fault]
    assert 150 < len(hit) < 250


def test_each_call_is_hit_soon_and_by_every_kind_that_it_can_be_hit_by() -> None:
    first = chosen(Plan(1, 25), GET, 3)
    assert any(first)
    plain = {*Fault} & {fault for fault in chosen(Plan(1, 2), GET, 200) if fault}
    assert plain == {
        Fault.KILL_BEFORE,
        Fault.KILL_AFTER,
        Fault.RESET_BEFORE,
        Fault.RESET_AFTER,
        Fault.HANG_BEFORE,
        Fault.HANG_AFTER,
        Fault.THROTTLE,
    }
    assert Fault.HALF in chosen(Plan(1, 2), READ, 200)
    assert Fault.CONFLICT in chosen(Plan(1, 2), MOVE, 200)


def test_a_call_that_is_seen_often_is_killed_before_and_after_its_effect_and_first_of_all() -> None:
    for seed in range(50):
        faults = [fault for fault in chosen(Plan(seed, 1000), MOVE, SEEN_OFTEN) if fault]
        assert {*faults[:2]} == {*KILLS}


def test_a_kill_that_found_nobody_is_tried_again_at_the_next_request() -> None:
    plan = Plan(1, 1000)
    [first, *_] = [fault for fault in chosen(plan, GET, 3) if fault]
    plan.put_back(first, GET)
    assert plan.choose(GET) is first
    assert {*KILLS} - {first} <= {*chosen(plan, GET, SEEN_OFTEN)}


def test_it_names_the_awaits_that_were_not_killed_both_ways() -> None:
    plan = Plan(1, 2)
    chosen(plan, GET, SEEN_OFTEN)
    chosen(plan, MOVE, SEEN_OFTEN - 1)
    plan.record(Fault.KILL_BEFORE, GET)
    plan.record(Fault.RESET_AFTER, GET)
    assert plan.not_killed(SEEN_OFTEN) == {GET: [Fault.KILL_AFTER]}
    assert plan.not_killed() == {GET: [Fault.KILL_AFTER], MOVE: [*KILLS]}
    plan.record(Fault.KILL_AFTER, GET)
    assert plan.not_killed(SEEN_OFTEN) == {}


def test_requests_of_some_functions_meet_more_faults_than_those_of_others() -> None:
    plan = Plan(1, 25)
    plan.pace(GET.function, 2.0)
    plan.pace(READ.function, 0.125)
    often, seldom = (sum(map(bool, chosen(plan, call, 4000))) for call in (GET, READ))
    assert 250 < often < 400
    assert 10 < seldom < 35


def test_a_call_hangs_once_before_and_once_after_its_effect() -> None:
    faults = chosen(Plan(1, 2), GET, 2000)
    assert faults.count(Fault.HANG_BEFORE) == 1
    assert faults.count(Fault.HANG_AFTER) == 1


def test_only_what_was_injected_is_counted() -> None:
    plan = Plan(1, 2)
    chosen(plan, GET, 50)
    assert plan.total == 0
    assert plan.missed() == [GET]
    plan.record(Fault.THROTTLE, GET)
    plan.record(Fault.REDRIVEN, times=3)
    plan.record(Fault.REDRIVEN, times=0)
    assert plan.total == 4
    assert plan.by_fault == {Fault.THROTTLE: 1, Fault.REDRIVEN: 3}
    assert plan.hits == {(GET, Fault.THROTTLE): 1}
    assert plan.missed() == []


def test_after_its_end_it_chooses_nothing() -> None:
    plan = Plan(1, 1)
    plan.stop()
    assert not any(chosen(plan, GET, 50))
