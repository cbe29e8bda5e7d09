from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from divisa.domain import lift
from divisa.domain.experiment import Arm
from divisa.domain.lift import Trial
from divisa.domain.recipient import Channel
from divisa.domain.transaction import Side
from lake.transformations.on_duckdb import run_duckdb
from tests.unit.lake.transformations.silver import rows_of, silver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from divisa.domain.lift import Lift

BEGUN, TRADED, OVER, NOT_OVER = (
    *("2024-01-05T12:00:00Z", "2024-01-05T15:00:00Z"),
    *("2024-01-06T12:00:00Z", "2024-01-06T11:59:59.999999Z"),
)
_COLUMNS: dict[str, Callable[[Lift], float | None]] = {
    "treated_suggestions": lambda found: found.treated.suggestions,
    "treated_users": lambda found: found.treated.users,
    "treated_conversions": lambda found: found.treated.traded,
    "treated_rate": lambda found: found.treated.rate,
    "holdout_suggestions": lambda found: found.held_out.suggestions,
    "holdout_users": lambda found: found.held_out.users,
    "holdout_conversions": lambda found: found.held_out.traded,
    "holdout_rate": lambda found: found.held_out.rate,
    "difference": lambda found: found.difference.estimate if found.difference else None,
    "low": lambda found: found.difference.low if found.difference else None,
    "high": lambda found: found.difference.high if found.difference else None,
}
"""Where divisa's own report has what a row of the table has."""


def suggestion(name: str, **more: str) -> dict[str, str]:
    return {"suggestion_id": name, "event_time": BEGUN, "told": "true", **more}


def outcome(name: str, **more: str) -> dict[str, str]:
    return {"suggestion_id": name, "begun_at": BEGUN, "known_until": OVER, **more}


def made(name: str, suggestions: list[dict[str, str]], outcomes: list[dict[str, str]]) -> list[Mapping[str, Any]]:
    tables = {"fx_suggestions": silver("fx_suggestions", *suggestions), "fx_outcomes": silver("fx_outcomes", *outcomes)}
    rows: list[Mapping[str, Any]] = run_duckdb(name, tables).to_pylist()
    return rows


def test_a_days_suggestions_are_counted_by_what_became_of_them() -> None:
    suggestions = [suggestion(name, channel="sms") for name in ("followed", "ignored", "open", "young")]
    suggestions += [suggestion("kept", told="false", channel="sms"), suggestion("other", side="BUY")]
    outcomes = [
        outcome(
            "followed", traded_at=TRADED, traded_quantity="10.5", gain_1d="0.003", opened_at=TRADED, response="yes"
        ),
        outcome("ignored", gain_1d="-0.001", opened_at=TRADED),
        outcome("open", traded_at=TRADED, traded_quantity="99", known_until=NOT_OVER),
        outcome("kept", arm="holdout", traded_at=TRADED, traded_quantity="7", gain_1d="0.5"),
    ]
    told = next(row for row in made("suggestion_kpis", suggestions, outcomes) if row["channel"] == "sms")
    assert (told["day"], told["suggestions"], told["sent"], told["held_out"]) == (date(2024, 1, 5), 5, 4, 1)
    assert (told["opened"], told["answered"], told["settled"], told["conversions"]) == (2, 1, 2, 1)
    assert (told["conversion_rate"], float(told["traded_quantity"]), told["mean_gain_1d"]) == (0.5, 10.5, 0.001)
    assert (told["held_out_settled"], told["held_out_conversions"]) == (1, 1)


def test_of_what_nobody_knows_yet_there_is_no_rate() -> None:
    (row,) = made("suggestion_kpis", [suggestion("young")], [])
    assert (row["channel"], row["settled"], row["conversion_rate"], row["mean_gain_1d"]) == (None, 0, None, None)


def test_lift_is_that_of_divisas_own_report() -> None:
    random = np.random.default_rng(3)
    suggestions, outcomes, trials = [], [], []
    for number in range(600):
        who = int(random.integers(150))
        # Mostly the same arm for a user, since only then do users who are like themselves make the lift less sure.
        arm = "treated" if random.random() < (0.95 if who % 3 else 0.05) else "holdout"
        side, channel = random.choice(["BUY", "SELL"]), random.choice(["sms", "email"], p=[0.9, 0.1])
        user, traded = f"u-{who}", bool(random.random() < (0.3 if arm == "treated" else 0.1) + who % 2 * 0.5)
        trials.append(
            Trial(user, Arm.TREATED if arm == "treated" else Arm.HELD_OUT, traded, Side(side), Channel(channel), None)
        )
        suggestions.append(suggestion(f"s-{number}", channel=str(channel)))
        when = {"traded_at": TRADED, "traded_quantity": "1"} if traded else {}
        outcomes.append(outcome(f"s-{number}", user_id=user, side=str(side), arm=arm, **when))
    wanted = lift.report(trials)
    by_segment = {(each.by, each.value): each.lift for each in wanted.segments}
    by_segment |= {("all", "all"): wanted.overall, ("pair", "USD/MXN"): wanted.overall}

    rows = {(row["segment"], row["value"]): row for row in made("lift", suggestions, outcomes)}

    assert rows.keys() == by_segment.keys()
    assert wanted.overall.difference is not None
    assert by_segment["channel", "email"].difference is None
    assert rows["all", "all"]["design_effect"] > 1.2
    for segment, row in rows.items():
        for column, of in _COLUMNS.items():
            expected = of(by_segment[segment])
            near = expected if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12)
            assert row[column] == near, (segment, column)


def test_a_trial_counts_when_its_day_is_over() -> None:
    (row,) = (
        row
        for row in made("lift", [], [outcome("over", traded_at=TRADED), outcome("open", known_until=NOT_OVER)])
        if row["segment"] == "all"
    )
    assert (row["treated_suggestions"], row["treated_rate"], row["holdout_rate"], row["low"]) == (1, 1.0, None, None)


def test_decisions_are_counted_by_cause_and_by_the_rule_that_objected() -> None:
    decisions = [
        {"decision_id": "1", "user_id": "u-1", "suppressed": "cooldown"},
        {"decision_id": "2", "user_id": "u-1", "suppressed": "cooldown"},
        {"decision_id": "3", "user_id": "u-2"},
        {"decision_id": "4", "user_id": "u-2", "event_time": "2024-01-06T00:00:00Z"},
    ]
    table = run_duckdb("decision_days", {"fx_decisions": silver("fx_decisions", *decisions)})
    day = ("USD/MXN", "broken", "SELL")
    assert rows_of(table) == [
        (date(2024, 1, 5), *day, "cooldown", 2, 1),
        (date(2024, 1, 5), *day, None, 1, 1),
        (date(2024, 1, 6), *day, None, 1, 1),
    ]
