from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.errors import InvalidFile, InvalidModel
from local.simulated import training_files
from model.evaluation import Evaluation, evaluate_model
from model.package import pack
from model.training_files import TrainingFiles
from tests.small_model import write_artefact

if TYPE_CHECKING:
    from pathlib import Path

    from model.pipeline import TrainedModel
    from simulator.simulate import SimulatedFiles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judged(trained: TrainedModel, world: SimulatedFiles, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate_model(trained.artefact, training_files(world), tmp_path_factory.mktemp("evaluation") / "new")


def test_on_the_files_that_it_learned_from_the_figures_are_those_of_training(
    judged: Evaluation, trained: TrainedModel
) -> None:
    shared = trained.metrics.keys() - {"baselines"}

    assert shared <= judged.document.keys()
    assert {name: judged.document[name] for name in shared} == {name: trained.metrics[name] for name in shared}
    assert judged.document["left_out"] == {"maybe_seen": 0, "prompted": 0}
    for name, one in trained.metrics["baselines"].items():
        again = judged.document["baselines"][name]
        assert (again["log_loss"], again["chosen"]) == (one["log_loss"], one["chosen"])
        for side, figures in one["classes"].items():
            assert again["classes"][side]["pr_auc"] == figures["pr_auc"]


def test_the_artefact_remembers_what_drift_is_measured_from(judged: Evaluation, model_dir: Path) -> None:
    metadata = json.loads((model_dir / "metadata.json").read_text(encoding="utf-8"))

    assert metadata["drift_reference"]["features"].keys() == judged.document["drift"]["features"].keys()
    assert set(metadata["drift_reference"]["scores"]) == {"BUY", "SELL"}


def test_figures_and_page_lie_in_the_folder_and_say_the_same(judged: Evaluation) -> None:
    assert json.loads(judged.json_file.read_text(encoding="utf-8")) == json.loads(json.dumps(judged.document))
    assert judged.document["model_version"] in judged.page.read_text(encoding="utf-8")
    assert sorted(path.name for path in judged.page.parent.iterdir()) == ["evaluation.html", "evaluation.json"]


def test_the_same_files_give_the_same_bytes(
    judged: Evaluation, trained: TrainedModel, world: SimulatedFiles, tmp_path: Path
) -> None:
    again = evaluate_model(trained.artefact, training_files(world), tmp_path)

    assert again.json_file.read_bytes() == judged.json_file.read_bytes()
    assert again.page.read_bytes() == judged.page.read_bytes()


def test_the_behaviours_of_the_simulator_are_segments(judged: Evaluation) -> None:
    assert {"group contrarian", "group momentum", "pair USD/MXN", "rare"} <= judged.document["segments"].keys()


@pytest.mark.usefixtures("inspected_on_few_rows")
def test_days_that_the_model_may_have_seen_do_not_judge_it(
    model_dir: Path, world: SimulatedFiles, judged: Evaluation, tmp_path: Path
) -> None:
    later = tmp_path / "model"
    later.mkdir()
    for part in model_dir.rglob("*"):
        if part.is_file():
            (later / part.relative_to(model_dir)).parent.mkdir(parents=True, exist_ok=True)
            (later / part.relative_to(model_dir)).write_bytes(part.read_bytes())
    metadata = json.loads((later / "metadata.json").read_text(encoding="utf-8"))
    metadata["training_window"]["validate"][1] = "2023-08-01T00:00:00+00:00"
    (later / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    pack(later, tmp_path / "model.tar.gz")

    found = evaluate_model(tmp_path / "model.tar.gz", training_files(world), tmp_path / "out").document

    assert found["judged"]["from"] == "2023-08-02T00:00:00+00:00"
    assert found["left_out"]["maybe_seen"] > 0
    assert found["test_rows"] + found["left_out"]["maybe_seen"] == judged.document["test_rows"]

    metadata["training_window"]["validate"][1] = "2024-01-01T00:00:00+00:00"
    (later / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    pack(later, tmp_path / "model.tar.gz")
    with pytest.raises(InvalidFile, match="no day that .* cannot have seen, nothing to judge it by"):
        evaluate_model(tmp_path / "model.tar.gz", training_files(world), tmp_path / "out")


@pytest.mark.usefixtures("inspected_on_few_rows")
def test_without_oracle_accounts_and_groups_what_cannot_be_known_is_null(
    trained: TrainedModel, world: SimulatedFiles, tmp_path: Path
) -> None:
    bare = replace(training_files(world), accounts=None, groups=None, oracle=None)

    found = evaluate_model(trained.artefact, bare, tmp_path).document

    assert found["oracle_log_loss"] is None
    assert found["messages"]["share_of_oracle"] is None
    assert not [name for name in found["segments"] if name.startswith("group")]


@pytest.mark.usefixtures("inspected_on_few_rows")
def test_a_model_that_knows_nothing_of_these_people_is_said_to_be_no_better(
    world: SimulatedFiles, tmp_path: Path
) -> None:
    stranger = write_artefact(tmp_path / "model.tar.gz")

    found = evaluate_model(stranger, training_files(world), tmp_path)

    assert found.document["against_base_rate"] == "no_better"
    assert "The model does not beat the base rate" in found.page.read_text(encoding="utf-8")


@pytest.mark.usefixtures("inspected_on_few_rows")
@pytest.mark.parametrize(("users", "trades"), [(4, 40), (300, 1)])
def test_few_users_and_users_with_one_trade_are_judged_as_far_as_can_be(
    tmp_path: Path, users: int, trades: int
) -> None:
    stranger = write_artefact(tmp_path / "model.tar.gz")
    chances = np.random.default_rng(0)
    start = datetime(2023, 1, 2, tzinfo=UTC)
    hours = [start + timedelta(hours=6 * number) for number in range(800)]
    ledger = [
        (start + timedelta(hours=24 + int(hour)), f"u{user}", chances.choice(["BUY", "SELL"]))
        for user in range(users)
        for hour in chances.choice(4700, trades, replace=False)
    ]
    prices, transactions = tmp_path / "p.csv", tmp_path / "t.csv"
    prices.write_text(
        "pair,event_time,bid,ask\n" + "".join(f"USD/MXN,{at.isoformat()},16.999,17.001\n" for at in hours)
    )
    transactions.write_text(
        "user_id,event_time,pair,side,quantity,price\n"
        + "".join(f"{user},{at.isoformat()},USD/MXN,{side},10,17\n" for at, user, side in sorted(ledger))
    )

    found = evaluate_model(stranger, TrainingFiles(prices, transactions), tmp_path)

    assert found.document["against_base_rate"] == "no_better"
    assert found.document["test_rows"] > 0
    assert "nan" not in found.json_file.read_text(encoding="utf-8").lower()
    assert (found.document["intervals"] is None) is (users < 10)
    assert found.page.is_file()


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_model_is_refused_before_any_file_is_read(
    world: SimulatedFiles, tmp_path: Path, content: bytes | None
) -> None:
    artefact = tmp_path / "model.tar.gz"
    if content is not None:
        artefact.write_bytes(content)

    with pytest.raises(InvalidModel, match=r"model\.tar\.gz"):
        evaluate_model(artefact, training_files(world), tmp_path, on_stage=pytest.fail)
