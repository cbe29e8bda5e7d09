"""`divisa lift`: what telling people does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.gate import GateState
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from divisa.ports import MarketRecord
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_suggestion
from tests.unit.local.memory_stores import record
from tests.unit.local.trades import record_trades

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stores import Stores
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

HOUR = timedelta(hours=1)


@pytest.fixture
def experiment(stores: Stores) -> Stores:
    """Forty were told, 30 of whom sold within a day; forty were held out, 10 of whom did; one was told just now."""
    for number in range(81):
        user, held = f"u-{number}", 40 <= number < 80
        stores.portfolios.put_many([a_portfolio(user_id=user)])
        record(
            stores,
            a_suggestion(
                user_id=user,
                suggestion_id=f"s-{number}",
                channels=(Channel.PUSH, Channel.SMS),
                intended=Channel.PUSH,
                suppressed=Suppression.HOLDOUT if held else None,
                created_at=WEDNESDAY if number < 80 else WEDNESDAY + 40 * HOUR,
            ),
        )
        if number < 30 or 40 <= number < 50:
            record_trades(stores.ledger, user, [(Side.SELL, WEDNESDAY + 20 * HOUR)])
    quote = a_quote(at=WEDNESDAY + 48 * HOUR)
    stores.markets.save(MarketRecord(USD_MXN, GateState(), None, quote))
    return stores


@pytest.mark.usefixtures("experiment")
def test_people_read_both_groups_the_lift_and_its_interval(divisa: Divisa) -> None:
    answer = divisa("lift")

    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[1].startswith("all 40 40 75.0 % 40 40 25.0 % +50.0 ")
    assert [line.split()[:2] for line in lines[2:5]] == [
        ["channel", "push"],
        ["side", "SELL"],
        ["reason", "above_cost"],
    ]
    assert lines[-1] == "1 suggestions are younger than 24 hours and do not count yet."


@pytest.mark.usefixtures("experiment")
def test_programs_read_json(divisa: Divisa) -> None:
    found = json.loads(divisa("lift", "--json").out)

    assert (found["window_hours"], found["open"], found["minimum_users"]) == (24, 1, 30)
    assert found["overall"]["treated"] == {"suggestions": 40, "users": 40, "traded": 30, "rate": 0.75}
    assert found["overall"]["difference"]["estimate"] == 0.5
    assert found["overall"]["difference"]["low"] < 0.4 < 0.6 < found["overall"]["difference"]["high"]
    assert found["overall"]["ratio"]["estimate"] == 3.0
    assert {each["by"] for each in found["segments"]} == {"channel", "side", "reason"}


@pytest.mark.usefixtures("experiment")
def test_the_window_is_what_counts_as_following(divisa: Divisa) -> None:
    found = json.loads(divisa("lift", "--json", "--window", "12").out)

    assert (found["overall"]["treated"]["traded"], found["overall"]["held_out"]["traded"]) == (0, 0)
    assert found["overall"]["ratio"] is None
    assert "none" in divisa("lift", "--window", "12").out


def test_without_prices_and_people_there_is_too_little_to_say(divisa: Divisa, stores: Stores) -> None:
    assert not list(stores.suggestions.all())
    answer = divisa("lift")

    assert answer.code == 0
    assert answer.out.endswith("Too few: each group needs 30 users whose window is over.\n")


def test_a_file_of_trials_is_read_instead_of_the_cloud(divisa: Divisa, tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    rows = [f"u-{n},{'treated' if n % 2 else 'held_out'},{n % 3 // 2},BUY,," for n in range(90)]
    path.write_text("\n".join(["user_id,arm,traded,side,channel,reason", *rows]) + "\n")
    found = json.loads(divisa("lift", "--file", str(path), "--json").out)

    assert (found["window_hours"], found["overall"]["treated"]["suggestions"]) == (None, 45)
    assert "side BUY" in divisa("lift", "--file", str(path)).out


def test_a_mistake_is_told_in_a_line(divisa: Divisa, tmp_path: Path) -> None:
    missing = divisa("lift", "--file", str(tmp_path / "none.csv"))
    both = divisa("lift", "--file", str(tmp_path / "none.csv"), "--window", "3")

    assert missing.code != 0 and "cannot be read" in missing.err
    assert both.code != 0 and "--window" in both.err
    assert "Traceback" not in missing.err + both.err
