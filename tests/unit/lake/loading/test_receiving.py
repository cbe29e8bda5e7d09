"""Whatever lands, how often and under whatever name, is a load once, and its bytes are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import NotFound
from lake.ingestion.forms import Form, form_of
from lake.loading.load import UNKNOWN, loads_of
from lake.loading.receiving import landed, receive
from lake.storage.folder import FolderObjects

if TYPE_CHECKING:
    from lake.loading.load import Load
    from lake.storage.objects import Objects, Stored

DATASETS = {"readings"}


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "lake")


def received(objects: Objects, what: Stored | None = None) -> list[Load]:
    """The loads of what landed, received now."""
    out = []
    for each in [what] if what else list(landed(objects)):
        with TemporaryDirectory() as scratch:
            out.append(receive(objects, each, DATASETS, Path(scratch)))
    return out


def test_the_bytes_are_kept_as_they_came(objects: FolderObjects) -> None:
    objects.put("landing/readings/a b.csv", b"\xff\x00")
    [load] = received(objects)
    assert (load.dataset, load.name, load.size, objects.read(load.bronze)) == ("readings", "a b.csv", 2, b"\xff\x00")
    assert list(landed(objects)) == []
    assert objects.read("landing/readings/a b.csv") == b"\xff\x00"


def test_the_same_content_under_two_names_is_one_load(objects: FolderObjects) -> None:
    for name in ("a.csv", "b.csv"):
        objects.put(f"landing/readings/{name}", b"same")
    assert len(set(received(objects))) == 1
    assert len(loads_of(objects, "readings")) == len(list(objects.listed("bronze/"))) == 1


@pytest.mark.parametrize("dataset", ["readings", "nobody"])
def test_the_same_content_in_another_form_is_another_load_where_it_is_of_a_dataset(
    objects: FolderObjects, dataset: str
) -> None:
    for name in ("a.txt", "b.csv", "c.CSV", "d.jsonl", "e.json", "f.dat"):
        objects.put(f"landing/{dataset}/{name}", b"same")
    loads = {load.name: load for load in received(objects)}
    assert [(name, load.form) for name, load in sorted(loads.items())] == (
        [("a.txt", None), ("b.csv", Form.CSV), ("d.jsonl", Form.JSON_LINES)]
        if dataset == "readings"
        else [("a.txt", None)]
    )
    assert len({load.id for load in loads.values()}) == len({load.bronze for load in loads.values()}) == len(loads)
    assert [objects.read(load.bronze) for load in loads.values()] == [b"same"] * len(loads)


@pytest.mark.parametrize(
    ("key", "ending"),
    [
        ("landing/fx_prices/stream/day=2024-01-05/part-1", ".quotes"),
        ("landing/fx_prices/monday.JSON.GZ", ".jsonl.gz"),
        ("landing/fx_prices/monday.xlsx", ".xlsx"),
    ],
)
def test_a_copy_in_bronze_is_called_by_its_form(objects: FolderObjects, key: str, ending: str) -> None:
    objects.put(key, b"it")
    with TemporaryDirectory() as scratch:
        load = receive(objects, next(landed(objects)), {"fx_prices"}, Path(scratch))
    assert load.bronze.endswith(f"/{load.sha256}{ending}")
    assert load.form is None or form_of(load.bronze) is load.form


def test_many_who_receive_the_same_at_once_receive_one_load(objects: FolderObjects) -> None:
    for name in "abcd":
        objects.put(f"landing/readings/{name}.csv", b"same")
    todo = [each for each in landed(objects) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        [load] = {each for some in pool.map(lambda what: received(objects, what), todo) for each in some}
    assert loads_of(objects, "readings") == [load]
    assert objects.read(load.bronze) == b"same"
    assert list(landed(objects)) == []


def test_what_is_replaced_by_as_many_bytes_within_a_second_has_landed_anew(objects: FolderObjects) -> None:
    for content in (b"one", b"two"):
        objects.put("landing/readings/a.csv", content)
        [load] = received(objects)
        assert objects.read(load.bronze) == content
    assert len(loads_of(objects, "readings")) == 2


def test_what_is_replaced_before_it_is_fetched_is_received_as_it_is_then_and_looked_at_again(
    objects: FolderObjects,
) -> None:
    objects.put("landing/readings/a.csv", b"old")
    [seen] = landed(objects)
    objects.put("landing/readings/a.csv", b"newer")
    [load] = received(objects, seen)
    assert (objects.read(load.bronze), load.size) == (b"newer", 5)
    assert received(objects) == [load]
    assert list(landed(objects)) == []


def test_what_vanished_is_nothing(objects: FolderObjects) -> None:
    objects.put("landing/readings/a.csv", b"old")
    [seen] = landed(objects)
    objects.remove(seen.key)
    with pytest.raises(NotFound):
        received(objects, seen)
    assert loads_of(objects, "readings") == []


@pytest.mark.parametrize("key", ["landing/other/a.csv", "landing/a.csv", "landing/Readings/a.csv", "landing/.x/a"])
def test_a_file_of_no_dataset_is_kept_as_one_of_an_unknown_one(objects: FolderObjects, key: str) -> None:
    objects.put(key, b"")
    [load] = received(objects)
    assert (load.dataset, load.size) == (UNKNOWN, 0)
    assert objects.read(load.bronze) == b""


@pytest.mark.parametrize("key", ["typed/readings/a", "landing/../typed/a", "landing/readings/", "landing/none.csv"])
def test_whoever_asks_for_a_key_gets_nothing_but_what_landed(objects: FolderObjects, key: str) -> None:
    for there in ("typed/readings/a", "typed/a", "landing/readings/real.csv"):
        objects.put(there, b"")
    assert list(landed(objects, [key])) == []


def test_a_load_is_told_of_when_its_bytes_are_there_already(objects: FolderObjects, tmp_path: Path) -> None:
    class Died(BaseException):
        pass

    class Dying(FolderObjects):
        def put_new(self, key: str, content: bytes) -> bool:
            raise Died

    objects.put("landing/readings/a.csv", b"it")
    with pytest.raises(Died):
        received(Dying(tmp_path / "lake"))
    assert loads_of(objects, "readings") == []
    assert [objects.read(each.key) for each in objects.listed("bronze/")] == [b"it"]


def test_a_key_as_long_as_keys_can_be_stops_nobody(objects: FolderObjects) -> None:
    objects.put(f"landing/readings/{'x/' * 400}{'y' * 200}.csv", b"it")
    assert len(received(objects)) == 1
    assert max(len(each.key) for each in objects.listed("receipts/")) < 200
