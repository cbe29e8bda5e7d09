from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from divisa.domain.errors import StoreUnavailable
from lake.contract.contract import Pii
from lake.contract.reading import contracts
from lake.engines.duck import DuckSession
from lake.erasing.decoding import decoded
from lake.erasing.erase import Erase, Report
from lake.erasing.markers import markers
from lake.erasing.names import rename
from lake.erasing.people import People, subjects_of
from lake.loading.load import loads_of
from lake.storage.folder import FolderObjects
from lake.transformations.catalogue import transformations
from tests.unit.lake.erasing.lake_of_people import (
    NOW,
    OTHERS,
    SECRET,
    THEIRS,
    accounts,
    body,
    files,
    fill,
    load,
    mark,
    rows_of,
    traces,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from lake.contract.contract import Contract

FEW = ("fx_transactions", "fx_suggestions", "hr_hired_employees")
pytestmark = pytest.mark.slow


class Lake:
    """A lake in a folder and its tables in DuckDB."""

    def __init__(self, root: Path, datasets: tuple[str, ...]) -> None:
        self.root, self.datasets = root, datasets
        self.objects, self.session = FolderObjects(root), DuckSession()
        fill(self.objects, datasets)
        load(self.objects, self.session)

    def erase(self) -> Report:
        return Erase(self.objects, contracts(), lambda: self.session, SECRET)(NOW)

    def traces(self) -> dict[str, set[str]]:
        found = traces(files(self.root), decoded, *THEIRS.values())
        return found | traces(((name, str(rows).encode()) for name, rows in self.tables()), decoded, *THEIRS.values())

    def tables(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        names = [f"silver.{name}" for name in self.datasets] + [f"gold.{name}" for name in transformations()]
        there = {f"{zone}.{name}" for zone, name in self.session.run("SELECT schemaname, tablename FROM pg_tables")}
        return [(name, sorted(self.session.run(f"SELECT * FROM {name}"), key=str)) for name in names if name in there]  # noqa: S608


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Any, Any, Report]:
    """All datasets, what was there before, and what was reported."""
    lake = Lake(tmp_path_factory.mktemp("all") / "lake", tuple(contracts()))
    found, counts = lake.traces(), accounts(lake.objects)
    pseudonym = mark(lake.objects)
    assert pseudonym.startswith("erased-")
    return lake, found, counts, lake.erase()


def test_every_kind_of_person_is_found_before_and_nobody_afterwards(
    erased: tuple[Lake, dict[str, set[str]], Any, Report],
) -> None:
    lake, before, _, report = erased

    assert set().union(*before.values()) == set(THEIRS.values())
    assert {key.partition("/")[0] for key in before} >= {
        "landing", "bronze", "typed", "quarantine", "decisions", "receipts", "loads", "runs",
    }  # fmt: skip
    assert lake.traces() == {}
    assert (report.unaccounted, report.waiting) == (0, 0)


def test_every_row_is_accounted_for_and_none_of_somebody_else_is_missing(
    erased: tuple[Lake, Any, Any, Report],
) -> None:
    lake, _, before, report = erased
    after = accounts(lake.objects)

    assert after["rows"] == before["rows"]
    assert after["erased"] == report.rows > 0
    for dataset, contract in contracts().items():
        for name, subject in subjects_of(contract).items():
            kept = contract.key != (name,)
            ids = [str(who) for (who,) in lake.session.run(f"SELECT {name} FROM silver.{dataset}")]  # noqa: S608
            assert ids.count(OTHERS[subject]) == (40 if kept else 0), dataset
            assert kept or len(ids) == 59


def test_the_ledger_keeps_what_was_traded_under_a_pseudonym_from_bronze_to_silver(
    erased: tuple[Lake, Any, Any, Report],
) -> None:
    lake, *_ = erased
    who = [name for (name,) in lake.session.run("SELECT user_id FROM silver.fx_transactions")]

    assert len(who) == 60
    [pseudonym] = set(who) - {OTHERS["user"]}
    assert who.count(pseudonym) == 20
    typed = [decoded(content) for key, content in files(lake.root) if key.startswith("typed/fx_transactions/")]
    bronze = [decoded(content) for key, content in files(lake.root) if key.startswith("bronze/fx_transactions/")]
    assert sum(text.count(pseudonym) for text in typed) == sum(text.count(pseudonym) for text in bronze) == 25


def test_the_decision_log_keeps_the_lines_of_others(erased: tuple[Lake, Any, Any, Report]) -> None:
    lake, _, _, report = erased
    left = {key: decoded(content) for key, content in files(lake.root) if key.startswith("decisions")}

    assert report.decisions == 7
    assert [text.count("ben") for key, text in sorted(left.items()) if "failed" not in key] == [1, 1]
    assert len(left) == 3


def test_to_erase_again_changes_nothing(erased: tuple[Lake, Any, Any, Report]) -> None:
    lake, *_ = erased
    before, tables = dict(files(lake.root)), lake.tables()

    assert lake.erase() == Report(0)
    again = Erase(lake.objects, contracts(), lambda: lake.session, SECRET)(NOW, everybody=True)

    assert (again.silver, again.decisions, again.landed, again.unaccounted) == (0, 0, 0, 0)
    assert lake.tables() == tables
    changed = {key for key, content in files(lake.root) if before.get(key) != content}
    assert {key.partition("/")[0] for key in changed} <= {"accounts", "erased", "loads"}


def test_a_run_afterwards_finds_nothing_to_do(erased: tuple[Lake, Any, Any, Report]) -> None:
    lake, *_ = erased
    before, tables = accounts(lake.objects), lake.tables()

    load(lake.objects, lake.session, "after")

    assert (accounts(lake.objects), lake.tables()) == (before, tables)


class Killed(Exception):
    """The worker is gone."""


class Mortal(FolderObjects):
    """Objects whose worker dies before a change."""

    left = -1

    def _change(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def put(self, key: str, content: bytes) -> None:
        self._change()
        super().put(key, content)

    def put_file(self, key: str, file: Path) -> None:
        self._change()
        super().put_file(key, file)

    def remove(self, key: str) -> None:
        self._change()
        super().remove(key)


def test_whoever_is_killed_before_any_change_is_gone_on_for(tmp_path: Path) -> None:
    whole = Lake(tmp_path / "whole", FEW)
    mark(whole.objects)
    whole.erase()
    lake = Lake(tmp_path / "lake", FEW)
    mark(lake.objects)

    lives = 0
    for died in range(0, 1000, 2):
        objects = Mortal(lake.root)
        objects.left = died
        with suppress(Killed):
            Erase(objects, contracts(), lambda: lake.session, SECRET)(NOW)
            break
        lives += 1

    assert lives > 5
    assert lake.traces() == {}
    assert accounts(lake.objects) == accounts(whole.objects)
    assert lake.tables() == whole.tables()


def test_an_erased_person_who_is_delivered_once_more_does_not_come_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", FEW)
    mark(lake.objects)
    lake.erase()
    before = dict(lake.tables())
    for dataset in FEW:
        contract = contracts()[dataset]
        lake.objects.put(f"landing/{dataset}/{THEIRS['user']}-a.csv", body(contract, rows_of(contract, 40)))
        lake.objects.put(f"landing/{dataset}/new.csv", body(contract, rows_of(contract, 6, seed=2)))

    load(lake.objects, lake.session, "again", guarded=True)

    assert lake.traces() == {}
    accounts(lake.objects)
    after = dict(lake.tables())
    assert set(before["silver.fx_transactions"]) < set(after["silver.fx_transactions"])


def test_what_landed_and_was_not_received_is_left_and_makes_erasing_wait_where_it_names_somebody(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path / "lake", ("fx_transactions",))
    mark(lake.objects)
    lake.objects.put(f"landing/fx_transactions/{THEIRS['user']}.csv", b"user_id\n")
    lake.objects.put("landing/fx_transactions/a.csv", b"in,place,of,what,was,received")

    assert lake.erase().waiting == 1
    assert lake.objects.find("landing/fx_transactions/a.csv") is not None
    assert lake.objects.find("landing/fx_transactions/b.csv") is None
    load(lake.objects, lake.session, "later")
    assert lake.erase().waiting == 0
    assert lake.traces() == {}
    assert lake.erase() == Report(0)


def test_sinks_are_told_before_silver_forgets_and_loaded_once_more_before_anybody_counts_as_erased(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path / "lake", FEW)
    pseudonym = mark(lake.objects)
    told: list[tuple[str, str, dict[Any, str | None]]] = []

    def sink(contract: Contract, column: str, ids: Mapping[Any, str | None]) -> None:
        table = f"silver.{contract.dataset}"
        assert {value for (value,) in lake.session.run(f"SELECT {column} FROM {table}")} >= ids.keys()  # noqa: S608
        told.append((contract.dataset, column, dict(ids)))

    loaded: list[set[str]] = []

    def load_beside(datasets: Collection[str]) -> None:
        silver = lake.session.run("SELECT user_id FROM silver.fx_transactions")
        assert {user for (user,) in silver} == {pseudonym, OTHERS["user"]}
        loaded.append(set(datasets))
        if len(loaded) == 1:
            raise StoreUnavailable("the database did not answer")

    erase = Erase(lake.objects, contracts(), lambda: lake.session, SECRET, sinks=(sink,), load_beside=load_beside)
    with pytest.raises(StoreUnavailable):
        erase(NOW)
    assert not list(lake.objects.listed("erased/"))
    assert erase(NOW).people == len(THEIRS)
    assert len(list(lake.objects.listed("erased/"))) == len(THEIRS)

    assert loaded[0] == loaded[1]
    assert loaded[1] >= {*FEW}
    assert sorted(told) == [
        ("fx_suggestions", "user_id", {THEIRS["user"]: None}),
        ("fx_transactions", "user_id", {THEIRS["user"]: pseudonym}),
        ("hr_hired_employees", "id", {int(THEIRS["employee"]): None}),
    ]


def test_every_id_of_a_person_says_whose_it_is() -> None:
    for contract in contracts().values():
        for name, column in contract.columns.items():
            assert (column.pii is Pii.PSEUDONYM) == (column.subject is not None), (contract.dataset, name)


def test_a_file_that_was_renamed_before_somebody_was_killed_is_called_so_in_the_accounts_as_well(
    tmp_path: Path,
) -> None:
    lake = Lake(tmp_path / "lake", ("hr_jobs",))
    lake.objects.put(f"landing/hr_jobs/{THEIRS['user']}.csv", b"7,Analyst\n")
    load(lake.objects, lake.session, "r2")
    mark(lake.objects)
    people = People(SECRET, markers(lake.objects))
    for each in loads_of(lake.objects, "hr_jobs"):
        rename(lake.objects, people, each, lambda prefix: 0)

    assert any(key.startswith("accounts/") for key in lake.traces())
    lake.erase()
    assert lake.traces() == {}
