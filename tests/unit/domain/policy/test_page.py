"""docs/policy.md says what the code does."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from divisa.adapters.wire.policy import policy_rules_from_json
from divisa.domain.policy import RULES, PolicyRules
from divisa.domain.suggestion import Suppression

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "policy.md").read_text(encoding="utf-8")
KNOBS = [field.name for field in fields(PolicyRules)]
OF_RELEASE = {Suppression.NOT_NOW, Suppression.MERGED}
"""What can become only of a suggestion that was held; the policy does not say so."""


def table(first: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading."""
    rows = PAGE.split(f"| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_page_has_the_rules_in_their_order() -> None:
    assert [named(row[0]) for row in table("rule")] == [[rule.name] for rule in RULES]


def test_each_reason_stands_at_one_rule_and_quiet_hours_hold() -> None:
    *others, quiet = [row[2] for row in table("rule")]
    assert quiet == "held"
    assert sorted(name for cell in others for name in named(cell)) == sorted(
        set(Suppression) - OF_RELEASE - {Suppression.QUIET_HOURS}
    )


def test_the_page_has_every_knob_with_its_default() -> None:
    rows = {named(row[0])[0]: named(row[1])[0] for row in table("knob")}
    assert list(rows) == KNOBS
    document = json.dumps({knob: json.loads(value) for knob, value in rows.items()})
    assert policy_rules_from_json(document) == PolicyRules()


def test_the_knobs_at_the_rules_are_knobs() -> None:
    at_rules = {knob for row in table("rule") for knob in named(row[3])}
    assert at_rules <= set(KNOBS)
    assert set(KNOBS) - at_rules == {"lifetime", "max_amount"}
