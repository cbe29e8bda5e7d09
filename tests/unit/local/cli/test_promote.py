"""`divisa promote` and `divisa rollback`: what they print, what they ask, and how they end."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.csv.kinds import EPOCH
from divisa.domain.errors import PromotionFailed
from local.promotion import logged, promoting, stage
from local.promotion.candidate import Candidate
from local.promotion.gates import Judged
from local.promotion.promoting import Promotion, RolledBack
from model.promotion.gate import GateName, judged, refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

GOOD = (judged(GateName.WORSE_LOG_LOSS, True, "as good", measured=-0.1, limit=0.1, on="held-out rows"),)
BAD = (*GOOD, judged(GateName.LEAKED_FEATURES, False, "claims too much", measured=0.1, limit=0.5))


class _Promoting:
    """Promotes nothing, and remembers what it was asked."""

    gates = GOOD
    done: list[str]

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def judge(self, given: str, *_: Any) -> tuple[Candidate, Promotion]:
        self.done.append(f"judged {Path(given).name}")
        return Candidate(Path(given)), Promotion(Judged("hgb-2", "hgb-1", self.gates), refusals(self.gates))

    def refuse(self, *_: Any) -> None:
        self.done.append("refused")

    def bring_live(self, candidate: Candidate, promotion: Promotion) -> Promotion:
        self.done.append("brought live")
        return promotion._replace(key="0f3a/model.tar.gz", configuration="decisions-0f3a")

    def roll_back(self) -> RolledBack:
        return RolledBack("hgb-1", "aaaa/model.tar.gz", "bbbb/model.tar.gz")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the stage."""
    asked: list[str] = []
    monkeypatch.setattr(_Promoting, "done", asked, raising=False)
    monkeypatch.setattr(promoting, "Promoting", _Promoting)
    monkeypatch.setattr(stage, "open_stage", lambda name: nullcontext())
    empty = logged.Log([], 3, {}, EPOCH)
    monkeypatch.setattr(logged, "read", lambda *_, **__: empty)
    return asked


def test_a_model_that_no_gate_refuses_goes_live_when_it_is_said(divisa: Divisa, done: list[str]) -> None:
    answer = divisa("promote", "mine/model.tar.gz", "--yes")

    assert (answer.code, done) == (0, ["judged model.tar.gz", "brought live"])
    assert "worse_log_loss" in answer.out
    assert "hgb-2 is live" in answer.out
    assert "3 logged decisions are of another version" in answer.out


def test_a_refused_model_is_named_by_its_gates_and_stays_where_it_is(
    divisa: Divisa, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Promoting, "gates", BAD)

    answer = divisa("promote", "mine/model.tar.gz", "--yes")

    assert (answer.code, done) == (1, ["judged model.tar.gz", "refused"])
    assert "hgb-2 is refused: leaked_features" in answer.err


def test_a_program_gets_every_gate_and_brings_nothing_live_by_itself(divisa: Divisa, done: list[str]) -> None:
    answer = divisa("promote", "mine/model.tar.gz", "--json")

    found = json.loads(answer.out)
    assert (answer.code, done) == (0, ["judged model.tar.gz"])
    assert (found["promoted"], found["refused"], found["live_version"]) == (False, [], "hgb-1")
    assert found["gates"][0] == {
        "gate": "worse_log_loss",
        "verdict": "passed",
        "on": "held-out rows",
        "measured": -0.1,
        "limit": 0.1,
        "says": "as good",
    }


def test_files_go_together(divisa: Divisa, done: list[str]) -> None:
    assert divisa("promote", "--prices", "P.csv").code == 2
    assert divisa("promote", "--prices", "P.csv", "--transactions", "T.csv", "--simulated").code == 2
    assert done == []


def test_a_rollback_says_what_is_live_again(divisa: Divisa, done: list[str]) -> None:
    plain, program = divisa("rollback"), divisa("rollback", "--json")

    assert "hgb-1 is live again, from aaaa/model.tar.gz; bbbb/model.tar.gz was taken back." in plain.out
    assert json.loads(program.out)["model_version"] == "hgb-1"


def test_a_rollback_that_cannot_be_is_one_line(
    divisa: Divisa, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(self: _Promoting) -> RolledBack:
        raise PromotionFailed("there is nothing to go back to")

    monkeypatch.setattr(_Promoting, "roll_back", nothing)

    answer = divisa("rollback")

    assert (answer.code, answer.out) == (2, "")
    assert "there is nothing to go back to\n" in answer.err
