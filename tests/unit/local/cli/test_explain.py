"""`divisa explain` and `divisa replay-decision`: why somebody was told, and whether it would be told again."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.memory.decisions import MemoryDecisions
from divisa.adapters.memory.scorer import MemoryScorer
from divisa.adapters.wire.decision import decision_from_json, decision_to_json
from divisa.domain.errors import LaptopCloudError
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, SuggestionResponse, Suppression
from local import artefact
from local import stores as local_stores
from tests.builders import EMAIL, PHONE, WEDNESDAY, a_portfolio, a_quote, a_recipient
from tests.unit.local.memory_stores import record, settle
from tests.unit.services.test_release_held import MORNING, Morning
from tests.unit.services.world import World, by_cost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stores import Stores
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]


@pytest.fixture
def world(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ana is told to sell, Ben did not agree to be told, Eva holds; the cloud knows what the log has of it."""
    made = World({"ana": 17.0, "ben": 17.0, "eva": 17.2})
    made.recipients.put_many([a_recipient("ben", consent=frozenset())])
    made.portfolios.put_many([a_portfolio("4321.98", "98765.43")])
    made.receive(a_quote("17.25"))
    for suggestion in made.recorded():
        record(stores, suggestion)
    monkeypatch.setattr(local_stores, "open_decisions", lambda cloud: MemoryDecisions(made.decisions.lines))
    monkeypatch.setattr(artefact, "scorer_for", lambda version, path: MemoryScorer(by_cost, model_version=version))
    return made


def suggestion_of(world: World, user: str) -> str:
    [found] = [each.suggestion_id for each in world.recorded() if each.user_id == user]
    return found


def lines(answer: Answer) -> list[str]:
    assert (answer.code, answer.err) == (0, "")
    return [" ".join(line.split()) for line in answer.out.splitlines()]


def test_people_read_the_decision_the_price_the_model_the_rules_and_what_became_of_it(
    divisa: Divisa, world: World, stores: Stores
) -> None:
    suggestion_id = suggestion_of(world, "ana")
    settle(stores, Delivery(suggestion_id, Channel.EMAIL, DeliveryStatus.SENT, WEDNESDAY, "m-1"))
    stores.suggestions.answer("ana", suggestion_id, SuggestionResponse.ACCEPTED, WEDNESDAY)

    shown = lines(divisa("explain", suggestion_id))

    assert f"ana, USD/MXN, suggestion {suggestion_id}" in shown
    assert "Decision SELL 100.00 USD, visit 1" in shown
    assert "Made 2024-01-10 15:00:01 UTC by m-1; the watch was broken by the price" in shown
    assert "Price 17.2500 (bid 17.249, ask 17.251 MXN for 1 USD), 2024-01-10 15:00:00 UTC" in shown
    assert "The same from 17.1709 up" in shown
    assert "15.0 % 15.0 % 70.0 %" in shown
    assert any(line.startswith("log_price_over_cost the price is 1.5 % above what the USD held cost") for line in shown)
    rules = shown[shown.index("Rule Outcome") + 1 :]
    assert rules[:4] == ["consent pass", "channel pass", "subscription pass", "funds pass"]
    assert "quiet_hours pass" in rules
    assert "let out; the user accepted it" in shown
    assert "email: sent, 2024-01-10 15:00:00 UTC" in shown


def test_what_was_not_let_out_shows_the_rule_that_said_no(divisa: Divisa, world: World) -> None:
    shown = lines(divisa("explain", suggestion_of(world, "ben")))
    assert "consent no: no_consent" in shown
    assert "not let out: no_consent" in shown


def test_programs_read_the_whole_record(divisa: Divisa, world: World) -> None:
    suggestion_id = suggestion_of(world, "ana")
    found = json.loads(divisa("explain", suggestion_id, "--json").out)

    assert found["decision"]["judgement"]["suggestion_id"] == suggestion_id
    assert found["decision"]["answer"]["decision"] == "SELL"
    assert (found["weights"][0]["feature"], found["others"]) == ("log_price_over_cost", 2)
    assert (found["response"], found["deliveries"]) == (None, {})


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_neither_contacts_nor_balances_are_shown(divisa: Divisa, world: World, form: tuple[str, ...]) -> None:
    shown = divisa("explain", suggestion_of(world, "ana"), *form).out
    assert not any(secret in shown for secret in (PHONE, EMAIL, "4321.98", "98765.43"))


def test_without_its_model_a_decision_is_shown_all_the_same(
    divisa: Divisa, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(version: str, path: Path) -> MemoryScorer:
        raise LaptopCloudError("laptop cloud", "is not running")

    monkeypatch.setattr(artefact, "scorer_for", gone)
    shown = lines(divisa("explain", suggestion_of(world, "ana")))
    assert "The model m-1 is not here any more, so what weighed in it is not known." in shown
    assert json.loads(divisa("explain", suggestion_of(world, "ana"), "--json").out)["weights"] is None


def test_a_suggestion_that_the_log_does_not_have_is_a_mistake_in_one_line(divisa: Divisa, world: World) -> None:
    answer = divisa("explain", "nothing")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "the decision log has nothing about a suggestion 'nothing'\n"


def test_decisions_that_are_made_again_are_identical(divisa: Divisa, world: World) -> None:
    assert lines(divisa("replay-decision", "--all")) == ["3 decisions: 3 identical, 0 differ"]
    [told] = [each for each in world.recorded() if each.user_id == "ana"]
    assert lines(divisa("replay-decision", told.suggestion_id)) == ["1 decisions: 1 identical, 0 differ"]


def test_decisions_of_a_file_are_made_again_gzipped_or_not(divisa: Divisa, world: World, tmp_path: Path) -> None:
    body = b"".join(line + b"\n" for line in world.decisions.lines)
    plain, packed = tmp_path / "plain", tmp_path / "packed.gz"
    plain.write_bytes(body)
    packed.write_bytes(gzip.compress(body))
    for file in (plain, packed):
        found = json.loads(divisa("replay-decision", "--file", str(file), "--json").out)
        assert found == {"decisions": 3, "identical": 3, "of_another_version": 0, "differing": []}


def test_a_line_that_was_tampered_with_differs_and_shows_where(divisa: Divisa, world: World, tmp_path: Path) -> None:
    file = tmp_path / "log"
    [told] = [line for line in world.decisions.lines if b'"user_id":"ana"' in line]
    file.write_bytes(told.replace(b'"decision":"SELL"', b'"decision":"BUY"').replace(b'"schema":2', b'"schema": 2'))

    answer = divisa("replay-decision", "--file", str(file), "--json")
    assert answer.code == 1
    [differing] = json.loads(answer.out)["differing"]
    assert differing["differences"] == [{"field": "answer.decision", "logged": "BUY", "made": "SELL"}]

    shown = divisa("replay-decision", "--file", str(file))
    assert shown.code == 1
    assert "1 decisions: 0 identical, 1 differ" in shown.out
    assert "answer.decision" in shown.out


def test_another_spelling_of_the_same_differs(divisa: Divisa, world: World, tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(world.decisions.lines[0].replace(b'"schema":2', b'"schema": 2'))
    [differing] = json.loads(divisa("replay-decision", "--file", str(file), "--json").out)["differing"]
    assert [each["field"] for each in differing["differences"]] == ["the spelling"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "say which: one DECISION, --all or --file"),
        (("d", "--all"), "say which: one DECISION, --all or --file"),
        (("nothing",), "no such decision is in the log"),
        (("--file", "/nowhere"), "/nowhere: No such file or directory"),
    ],
)
def test_a_mistake_is_exit_code_2(divisa: Divisa, world: World, arguments: tuple[str, ...], complaint: str) -> None:
    answer = divisa("replay-decision", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert complaint in " ".join(answer.err.split())


def of_another_version(line: bytes) -> bytes:
    """The line as a code with other features wrote it."""
    return re.sub(rb'"feature_hash":"[0-9a-f]+"', b'"feature_hash":"0123456789abcdef"', line)


def test_decisions_of_another_version_are_counted_and_stand_in_nobodys_way(divisa: Divisa, world: World) -> None:
    logged = [line for line in world.decisions.lines if b'"user_id":"eva"' not in line]
    [old] = [line for line in world.decisions.lines if b'"user_id":"eva"' in line]
    world.decisions.lines[:] = [*logged, of_another_version(old)]

    assert lines(divisa("replay-decision", "--all")) == [
        "2 decisions: 2 identical, 0 differ; 1 of another version, not comparable"
    ]
    counted = json.loads(divisa("replay-decision", "--all", "--json").out)
    assert counted == {"decisions": 2, "identical": 2, "of_another_version": 1, "differing": []}

    told = suggestion_of(world, "ana")
    shown = lines(divisa("explain", told))
    assert any("compared with 1 other users' decisions" in line for line in shown)
    assert "(1 decisions of another version of the code, not comparable, were passed over)" in shown
    found = json.loads(divisa("explain", told, "--json").out)
    assert (found["others"], found["others_of_another_version"], found["of_another_version"]) == (1, 1, 0)


def test_a_suggestion_half_of_whose_lines_are_of_another_version_shows_the_other_half(
    divisa: Divisa, world: World
) -> None:
    told = suggestion_of(world, "ana")
    [line] = [each for each in world.decisions.lines if b'"user_id":"ana"' in each]
    world.decisions.lines.append(of_another_version(line))
    assert "1 lines about it are of another version of the code, not comparable" in lines(divisa("explain", told))
    assert json.loads(divisa("explain", told, "--json").out)["of_another_version"] == 1


def test_where_all_is_of_another_version_that_is_said(divisa: Divisa, world: World) -> None:
    told = suggestion_of(world, "ana")
    world.decisions.lines[:] = map(of_another_version, world.decisions.lines)
    for command in (("explain", told), ("replay-decision", told), ("replay-decision", "--all")):
        answer = divisa(*command)
        assert (answer.code, answer.out) == (2, "")
        assert "of another version" in answer.err
        assert "not comparable" in answer.err


@pytest.mark.parametrize(
    ("body", "complaint"), [(b"{}\n", ":1: the line is not a decision"), (b"\x1f\x8bno", "is no gzip file")]
)
def test_a_file_that_is_no_log_is_said_to_be_none(
    divisa: Divisa, world: World, tmp_path: Path, body: bytes, complaint: str
) -> None:
    file = tmp_path / "log"
    file.write_bytes(body)
    answer = divisa("replay-decision", "--file", str(file))
    assert answer.code == 2
    assert complaint in answer.err


def test_a_release_is_shown_below_the_decision_that_it_looked_at_again(
    divisa: Divisa, world: World, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = Morning("17.40", "zoe")
    kept = morning.keep("zoe")
    morning.run()
    record(stores, morning.now(kept))
    world.decisions.lines.extend(morning.world.decisions.lines * 2)

    shown = lines(divisa("explain", kept.suggestion_id))
    assert "Looked at again 2024-01-10 15:01:00 UTC by m-2; held until 2024-01-10 15:00:00 UTC" in shown
    assert shown.count("Rule Outcome") == 1
    assert "held until 2024-01-10 15:00:00 UTC and then let out" in shown
    monkeypatch.setattr(artefact, "scorer_for", lambda version, path: morning.world.scorer)
    assert lines(divisa("replay-decision", kept.suggestion_id)) == ["2 decisions: 2 identical, 0 differ"]

    [line] = [each for each in world.decisions.lines if b'"user_id":"ana"' in each]
    made = replace(decision_from_json(line), user_id="zoe")
    assert made.judgement is not None
    made = replace(made, judgement=replace(made.judgement, suggestion_id=kept.suggestion_id))
    world.decisions.lines.append(decision_to_json(replace(made, at=MORNING - timedelta(hours=6))))
    found = json.loads(divisa("explain", kept.suggestion_id, "--json").out)
    assert found["decision"]["cause"] == "broken"
    assert [each["decision"]["cause"] for each in found["looked_at_again"]] == ["release"]
    assert lines(divisa("explain", kept.suggestion_id)).count("Rule Outcome") == 2


def test_a_release_that_dropped_it_says_why(divisa: Divisa, world: World, stores: Stores) -> None:
    morning = Morning("17.05", "zoe")
    kept = morning.keep("zoe")
    morning.run()
    record(stores, morning.now(kept))
    world.decisions.lines.extend(morning.world.decisions.lines)

    shown = lines(divisa("explain", kept.suggestion_id))
    assert "Decision HOLD, visit 1" in shown
    assert "Rule Outcome" not in shown
    assert "held until 2024-01-10 15:00:00 UTC and then dropped: not_now" in shown


@pytest.mark.parametrize(
    ("dropped", "fate"),
    [
        (None, "held until 2024-01-10 16:00:00 UTC"),
        ("not_now", "held until 2024-01-10 16:00:00 UTC and then dropped: not_now"),
    ],
)
def test_what_quiet_hours_held_back_says_until_when_and_what_then(
    divisa: Divisa, world: World, stores: Stores, dropped: str | None, fate: str
) -> None:
    quiet = World({"zoe": 17.0})
    quiet.recipients.put_many([a_recipient("zoe", quiet_hours=QuietHours(time(14), time(16)))])
    quiet.receive(a_quote("17.25"))
    [held] = quiet.recorded()
    record(stores, replace(held, suppressed=Suppression(dropped) if dropped else None))
    world.decisions.lines.extend(quiet.decisions.lines)

    assert fate in lines(divisa("explain", held.suggestion_id))
