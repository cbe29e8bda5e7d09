"""Which files a notebook is about; a bucket that is a folder stands for S3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidFile
from local.notebooks import data
from local.notebooks.setting import Setting, Where
from local.promotion.stage import Names
from simulator.simulate import Simulation, simulate
from tests.unit.local.notebooks.aws import FolderS3, StageOnAws

if TYPE_CHECKING:
    from pathlib import Path

PRICES = "pair,event_time,bid,ask\n"
TRANSACTIONS = "user_id,event_time,pair,side,quantity,price\n"


@pytest.fixture
def s3(tmp_path: Path) -> FolderS3:
    s3 = FolderS3(tmp_path / "s3")
    s3.put("lake", "training/prices/2024.csv", PRICES)
    s3.put("lake", "training/transactions/a.csv", TRANSACTIONS + "ana,…\n")
    s3.put("lake", "training/transactions/b.csv", TRANSACTIONS + "bea,…\n")
    s3.put("lake", "training/notes/readme.csv", "no contract")
    return s3


@pytest.fixture
def on_sagemaker(s3: FolderS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    names = Names("prod", "endpoint", "models", "lake", "divisa-prod-")
    monkeypatch.setattr(data, "open_stage", lambda stage: StageOnAws(names, s3=s3))
    return Setting(Where.SAGEMAKER, home=tmp_path / "home")


def test_on_sagemaker_the_files_are_those_of_the_lake(on_sagemaker: Setting) -> None:
    files = data.files(on_sagemaker)
    assert files.prices.read_text(encoding="utf-8") == PRICES
    assert files.transactions.read_text(encoding="utf-8") == TRANSACTIONS + "ana,…\nbea,…\n"
    assert (files.accounts, files.oracle) == (None, None)


def test_on_sagemaker_the_pipeline_is_sent_to_the_same_address(on_sagemaker: Setting) -> None:
    assert data.address(on_sagemaker) == "s3://lake/training/"
    assert data.address(replace(on_sagemaker, data="s3://mine/files")) == "s3://mine/files/"


def test_what_has_not_changed_is_not_fetched_again(on_sagemaker: Setting, s3: FolderS3) -> None:
    data.files(on_sagemaker)
    s3.put("lake", "training/prices/2024.csv", PRICES + "USD/MXN,…\n")
    s3.fetched.clear()
    assert data.files(on_sagemaker).prices.read_text(encoding="utf-8") == PRICES + "USD/MXN,…\n"
    assert s3.fetched == ["training/prices/2024.csv"]


def test_what_was_deleted_in_the_bucket_is_learned_from_no_longer(on_sagemaker: Setting, s3: FolderS3) -> None:
    data.files(on_sagemaker)
    s3.delete("lake", "training/transactions/b.csv")
    assert data.files(on_sagemaker).transactions.read_text(encoding="utf-8") == TRANSACTIONS + "ana,…\n"


def test_a_bucket_without_files_says_so(on_sagemaker: Setting) -> None:
    with pytest.raises(InvalidFile, match="s3://lake/other/ has no CSV file"):
        data.files(replace(on_sagemaker, data="s3://lake/other"))


def test_on_a_laptop_a_folder_of_ones_own_is_taken_as_it_is(tmp_path: Path) -> None:
    for name, text in (("prices", PRICES), ("transactions", TRANSACTIONS)):
        (tmp_path / "mine" / name).mkdir(parents=True)
        (tmp_path / "mine" / name / "all.csv").write_text(text, encoding="utf-8")
    files = data.files(Setting(data=str(tmp_path / "mine"), home=tmp_path / "home"))
    assert files.prices == tmp_path / "mine" / "prices" / "all.csv"


TINY = Simulation(users=5, start=date(2024, 1, 1), end=date(2024, 2, 15), pairs=("USD/MXN",), step_minutes=720)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    monkeypatch.setattr(Setting, "simulation", TINY)
    return Setting(home=tmp_path)


def test_on_a_laptop_users_are_simulated_once_unless_files_are_named(tiny: Setting) -> None:
    said: list[str] = []
    first, second = data.files(tiny, said.append), data.files(tiny, said.append)
    assert first == second
    assert first.prices.is_file()
    assert first.accounts is not None
    assert len(said) == 1
    assert [path.name for path in tiny.folder.iterdir()] == [first.prices.parent.name]


def test_a_simulation_that_another_notebook_has_just_made_is_taken(
    tiny: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(out: Path, plan: Simulation) -> None:
        simulate(out, plan)
        monkeypatch.setattr(data, "simulate", simulate)
        data.files(tiny)  # Meanwhile, somebody else.

    monkeypatch.setattr(data, "simulate", slow)
    assert data.files(tiny).transactions.is_file()
