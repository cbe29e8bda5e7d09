from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulator.simulate import Simulation, simulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]


@pytest.mark.slow
def test_anyones_files_train_a_model_and_the_figures_are_printed(divisa: Divisa, tmp_path: Path) -> None:
    files = simulate(tmp_path / "files", Simulation(users=120, start=date(2022, 6, 1), end=date(2023, 6, 1)))
    out = tmp_path / "out"

    named = "--prices", str(files.prices), "--transactions", str(files.transactions)
    answer = divisa("train", *named, "--out", str(out), "--json")

    metrics = json.loads(answer.out)
    assert answer.code == 0
    assert metrics["simulated_users"] is False
    assert metrics["oracle_log_loss"] is None
    assert {"log_loss", "base_rate_log_loss", "pr_auc", "base_rate"} <= metrics["classes"]["SELL"].keys()
    assert sorted(path.name for path in out.iterdir()) == ["metrics.json", "model.tar.gz"]


def test_a_ledger_without_prices_is_not_enough(divisa: Divisa, tmp_path: Path) -> None:
    answer = divisa("train", "--transactions", "t.csv")

    assert answer.code == 2
    assert "--prices and --transactions go together" in answer.err


@pytest.mark.parametrize("option", ["accounts", "decisions", "suggestions", "groups", "oracle"])
def test_what_is_beside_prices_and_transactions_needs_both(divisa: Divisa, option: str) -> None:
    answer = divisa("train", f"--{option}", "x.csv")

    assert answer.code == 2
    assert f"and --{option} with them" in answer.err


@pytest.mark.parametrize("option", ["accounts", "decisions", "suggestions"])
def test_another_file_of_another_contract_is_refused_by_name(divisa: Divisa, tmp_path: Path, option: str) -> None:
    (tmp_path / "x.csv").write_text("user,when\nana,now\n", encoding="utf-8")

    answer = divisa("train", "--prices", "p.csv", "--transactions", "t.csv", f"--{option}", str(tmp_path / "x.csv"))

    assert answer.code == 2
    assert "x.csv has another header; its first line must be user_id,pair," in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("content", [None, "", "user,when\n"])
def test_a_file_that_is_none_is_one_line_and_no_traceback(divisa: Divisa, tmp_path: Path, content: str | None) -> None:
    ledger = tmp_path / "t.csv"
    if content is not None:
        ledger.write_text(content, encoding="utf-8")

    answer = divisa("train", "--prices", "p.csv", "--transactions", str(ledger))

    assert answer.code == 2
    assert "t.csv" in answer.err
    assert "Traceback" not in answer.err


def test_a_ledger_of_ragged_rows_is_one_line_that_counts_them(divisa: Divisa, tmp_path: Path) -> None:
    ledger = tmp_path / "t.csv"
    ledger.write_text("user_id,event_time,pair,side,quantity,price\nana,2024-01-10\neva\n", encoding="utf-8")

    answer = divisa("train", "--prices", "p.csv", "--transactions", str(ledger))

    assert answer.code == 2
    assert answer.err.splitlines()[-1].endswith("t.csv has no usable row; dropped: {'ragged': 2}")
    assert "Traceback" not in answer.err


def test_a_folder_that_is_a_file_is_refused_before_anything_is_trained(divisa: Divisa, tmp_path: Path) -> None:
    (tmp_path / "out").touch()

    answer = divisa("train", "--out", str(tmp_path / "out"))

    assert answer.code == 2
    assert "--out" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("asked", ["101", "-1"])
def test_a_search_without_bounds_is_refused_before_anything_is_read(divisa: Divisa, asked: str) -> None:
    answer = divisa("train", "--prices", "p.csv", "--transactions", "t.csv", "--search", asked)

    assert answer.code == 2
    assert f"0 to 100 can be tried, not {asked}" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.slow
def test_of_people_who_trade_by_the_dice_nothing_is_learned_and_that_is_said(divisa: Divisa, tmp_path: Path) -> None:
    files = simulate(tmp_path / "files", Simulation(users=2, start=date(2022, 6, 1), end=date(2023, 6, 1)))
    dice = np.random.default_rng(0)
    first, days = datetime(2022, 8, 1, tzinfo=UTC), 300
    lines = [
        f"dice-{user},{first + timedelta(days=day, hours=float(dice.uniform(0, 24)))},USD/MXN,{side},10,19"
        for day in range(days)
        for user, side in enumerate(dice.choice(["", "BUY", "SELL"], 150, p=[0.8, 0.1, 0.1]))
        if side
    ]
    ledger = tmp_path / "dice.csv"
    ledger.write_text("\n".join(["user_id,event_time,pair,side,quantity,price", *lines]) + "\n", encoding="utf-8")

    named = "--prices", str(files.prices), "--transactions", str(ledger), "--out", str(tmp_path / "out")
    answer = divisa("train", *named)

    assert answer.code == 0
    assert "The model does NOT beat the base rate" in answer.out
    assert "ceiling" not in answer.out
