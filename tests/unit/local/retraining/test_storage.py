from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.retraining.errors import RetrainingFailed
from local.retraining.storage import FolderStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    folder = tmp_path / "s3" / "lake" / "training"
    (folder / "prices").mkdir(parents=True)
    (folder / "prices" / "a.csv").write_text("1")
    (folder / "b.csv").write_text("2")
    return FolderStore(tmp_path / "s3")


def test_a_prefix_is_taken_with_its_folders_and_an_object_by_its_last_name(store: FolderStore, tmp_path: Path) -> None:
    store.take("s3://lake/training/", tmp_path / "all")
    store.take("s3://lake/training/prices/a.csv", tmp_path / "one")

    assert (tmp_path / "all" / "prices" / "a.csv").read_text() == "1"
    assert (tmp_path / "all" / "b.csv").read_text() == "2"
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["a.csv"]


def test_files_lie_where_their_addresses_say(store: FolderStore, tmp_path: Path) -> None:
    address = (tmp_path / "with space" / "m.tar.gz").as_uri()

    assert store.path(address) == tmp_path / "with space" / "m.tar.gz"


@pytest.mark.parametrize("address", ["https://lake/training", "s3://lake/../other/key", "training"])
def test_no_address_leads_out_of_its_bucket(store: FolderStore, address: str) -> None:
    with pytest.raises(RetrainingFailed, match="is no address that files can have"):
        store.path(address)


def test_the_digest_tells_names_and_contents_and_nothing_else(store: FolderStore, tmp_path: Path) -> None:
    before = store.digest("s3://lake/training/")
    other = FolderStore(tmp_path / "elsewhere")
    other.path("s3://any/prices").mkdir(parents=True)
    (other.path("s3://any/prices") / "a.csv").symlink_to(store.path("s3://lake/training/prices/a.csv"))
    (other.path("s3://any") / "b.csv").write_text("2")

    assert other.digest("s3://any/") == before
    store.path("s3://lake/training/b.csv").rename(store.path("s3://lake/training/c.csv"))
    renamed = store.digest("s3://lake/training/")
    store.path("s3://lake/training/c.csv").write_text("3")
    assert len({before, renamed, store.digest("s3://lake/training/")}) == 3


def test_what_is_not_there_is_not_held(store: FolderStore) -> None:
    assert store.holds("s3://lake/training/prices")
    assert not store.holds("s3://lake/training/transactions")
