from __future__ import annotations

import json

from infra.loading.machine import DEFINITION, definition, text
from lake.loading.run import Step


def test_what_is_deployed_is_what_the_steps_say() -> None:
    assert DEFINITION.read_text(encoding="utf-8") == text(), "python -m infra.loading definition"


def test_every_step_is_taken_once_and_in_order() -> None:
    states = definition()["States"]
    name, taken = "Bronze", []
    while name:
        taken.append(states[name]["Parameters"]["Arguments"]["--STEP"])
        name = states[name].get("Next")
    assert taken == [step.value for step in Step]


def test_whatever_fails_is_tried_again_then_told_and_fails_the_run() -> None:
    states = definition()["States"]
    tasks = [state for name, state in states.items() if state["Type"] == "Task" and name != "Alert"]
    assert len(tasks) == len(Step) + 1
    for task in tasks:
        assert any(each["ErrorEquals"] == ["States.ALL"] for each in task["Retry"])
        assert [(each["ErrorEquals"], each["Next"]) for each in task["Catch"]] == [(["States.ALL"], "Alert")]
    assert states[states["Alert"]["Next"]]["Type"] == "Fail"


def test_all_that_a_state_names_is_there() -> None:
    states = definition()["States"]
    named = set(json.dumps(states).split('"Next": "')[1:])
    assert {each.split('"')[0] for each in named} <= states.keys()
