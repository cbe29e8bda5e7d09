from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bench import lift
from simulator.closed_loop import Loop

if TYPE_CHECKING:
    from pathlib import Path

SHORT = Loop(users=400, start=date(2023, 9, 1), end=date(2023, 10, 28))


@pytest.mark.slow
def test_the_closed_loops_count_is_printed_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(lift, "RUNS", 3)
    monkeypatch.setattr(lift, "PRODUCTION_RUNS", 2)
    monkeypatch.setattr(lift, "PRODUCTION_USERS", 600)
    monkeypatch.setattr(lift, "LEAST_COVERED", 4)
    monkeypatch.setattr(lift, "Loop", lambda: SHORT)
    monkeypatch.setattr(lift, "RESULTS", tmp_path / "lift.json")
    with pytest.raises(SystemExit) as ending:
        lift.main()
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / "lift.json").read_text())
    assert ending.value.code == 1
    assert written["result"] == printed
    assert (printed["runs"], printed["judged"], printed["holdout_share"]) == (3, 3, 0.2)
    assert set(printed["segments"]) == {
        "channel email",
        "channel push",
        "channel sms",
        "side BUY",
        "side SELL",
    }
    assert all(each["covered"] <= each["judged"] <= 3 for each in printed["segments"].values())
    production = printed["production_share"]
    assert (production["holdout_share"], production["users"], production["runs"]) == (0.05, 600, 2)
    assert printed["covered"] + len(printed["missed_seeds"]) == 3
    assert printed["held_out_a_run"] < printed["told_a_run"]
