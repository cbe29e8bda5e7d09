from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from simulator.simulate import Simulation, simulate
from tests.small_model import write_artefact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]


@pytest.mark.slow
@pytest.mark.usefixtures("inspected_on_few_rows")
def test_a_model_is_judged_by_anyones_files_and_a_page_is_left_beside_it(divisa: Divisa, tmp_path: Path) -> None:
    files = simulate(tmp_path / "files", Simulation(users=120, start=date(2022, 6, 1), end=date(2023, 6, 1)))
    artefact = write_artefact(tmp_path / "model" / "model.tar.gz")
    named = "--model", str(artefact), "--prices", str(files.prices), "--transactions", str(files.transactions)

    told = divisa("evaluate", *named)
    figures = divisa("evaluate", *named, "--json")

    assert told.code == figures.code == 0, "that a model is no good is an answer"
    assert "✗  The model does not beat the base rate" in told.out
    assert json.loads(figures.out)["against_base_rate"] == "no_better"
    assert json.loads(figures.out) == json.loads((artefact.parent / "evaluation.json").read_text(encoding="utf-8"))
    assert (artefact.parent / "evaluation.html").is_file()


def test_a_ledger_without_prices_is_not_enough(divisa: Divisa) -> None:
    answer = divisa("evaluate", "--transactions", "t.csv", "--oracle", "o.csv")

    assert answer.code == 2
    assert "--prices and --transactions go together" in answer.err


def test_without_files_and_without_a_simulation_it_says_what_to_do(
    divisa: Divisa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.cli.training_inputs.SIMULATION", tmp_path)

    answer = divisa("evaluate")

    assert answer.code == 2
    assert "run `divisa train` first" in answer.err


def test_a_model_that_is_not_there_is_one_line_and_no_traceback(divisa: Divisa, tmp_path: Path) -> None:
    answer = divisa("evaluate", "--model", str(tmp_path / "m"), "--prices", "p.csv", "--transactions", "t.csv")

    assert answer.code == 2
    assert answer.err.splitlines()[-1].startswith("there is no model at ")
    assert "Traceback" not in answer.err
