from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.matching import redis_sets
from bench.ticks import __main__ as ticks
from bench.ticks import matching
from bench.ticks.compared import Compared
from bench.ticks.day import Day
from bench.ticks.report import Population, growth
from bench.ticks.watching import Watched
from tests.unit.bench.ticks.builders import a_day, a_model, too_wide

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

KEYS = [
    "users",
    "ticks",
    "evaluations",
    "reference_evaluations",
    "suggestions",
    "differences",
    "match_ticks_per_s",
    "match_p99_us",
    "bytes_per_watch",
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "real_day", lambda: a_day(2400))
    monkeypatch.setattr(ticks, "trained", a_model)
    monkeypatch.setattr(redis_sets, "is_there", lambda: False)


def run(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    out = tmp_path / "results" / "ticks.json"
    ticks.main(["--users", "20,60", "--sample", "10,5", "--out", str(out), *arguments])
    document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return document


@pytest.mark.slow
def test_each_population_is_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = run(tmp_path)
    few, many = document["results"]
    assert list(few)[: len(KEYS)] == list(many)[: len(KEYS)] == KEYS
    assert [(row["users"], row["ticks"]) for row in (few, many)] == [(20, 2400), (60, 2400)]
    assert [row["reference_evaluations"] for row in (few, many)] == [48_000, 144_000]
    assert [row["differences"] for row in (few, many)] == [0, 0]
    assert many["evaluations"] == sum(many["asked"].values()) > many["opening_evaluations"] >= 60
    assert many["reference_suggestions"] > 0
    assert "contenders" not in few
    assert [each["contender"] for each in many["contenders"]] == ["band_index", "scan", "heaps", "redis"]
    assert "A tick costs what it changes" in capsys.readouterr().out


def test_the_command_fails_when_suggestions_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "bands", lambda *asked: too_wide(asked[-5:]))
    with pytest.raises(SystemExit, match="suggestions differ from scikit-learn's"):
        run(tmp_path, "--ticks", "600")


def test_the_command_fails_when_a_tick_costs_more_than_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Day, "is_dense", True)
    with pytest.raises(SystemExit, match="one evaluation saves [0-9]+, not 1,000"):
        run(tmp_path, "--ticks", "50")


def test_ticks_that_are_few_are_not_judged_by_what_they_save(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "--ticks", "50")
    assert "is not judged" in capsys.readouterr().err


def test_what_is_asked_for_must_make_sense(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--users", "many"], ["--users", "0"], ["--ticks", "-1"], ["--sample", "1"]):
        with pytest.raises(SystemExit) as stopped:
            ticks.main([*arguments, "--out", str(tmp_path / "ticks.json")])
        assert stopped.value.code == 2
        assert "Traceback" not in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        ticks.main(["--quotes", str(tmp_path / "missing.csv"), "--out", str(tmp_path / "ticks.json")])
    assert stopped.value.code == 1
    assert "missing.csv" in capsys.readouterr().err
    assert not (tmp_path / "ticks.json").exists()


def test_who_stops_it_gets_no_half_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ticks, "trained", stopped)
    with pytest.raises(SystemExit) as end:
        run(tmp_path)
    assert end.value.code == 130
    assert "Stopped" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.json"))


def test_what_was_missed_is_said_in_words() -> None:
    watched = Watched(np.zeros(3, np.int64), np.zeros(3, np.int64), asked={"opening": 2, "refreshes": 0, "broken": 2})
    match = {"ticks_per_s": 1, "p99_us": 1.0, "bytes_per_watch": 9.0}
    made = Population(10, 400, 3, watched, Compared(5, 5, 9, 0), match, 100.0, 1000, 50.0)
    assert made.missed(is_dense=True) == []
    problems = ["10 users: 2 suggestions differ from scikit-learn's", "10 users: one evaluation saves 998, not 1,000"]
    bad = Population(10, 399, 3, watched, Compared(5, 5, 9, 2), match, 100.0, 1000, 50.0)
    assert bad.missed(is_dense=True) == problems
    assert bad.missed(is_dense=False) == problems[:1]
    assert growth([made]).row_count > 10


def test_contenders_that_break_other_watches_end_the_command() -> None:
    day = a_day()
    with pytest.raises(SystemExit, match="does not break the same watches"):
        matching.contenders(day.log_mids, 50, matching.index_alone(day.log_mids[:50], 60))
