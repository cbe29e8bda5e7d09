from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import NotFound
from lake.storage.folder import FolderObjects
from tests.unit.lake.storage.behaviour import ObjectsBehaviour

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "lake")


class TestFolder(ObjectsBehaviour):
    """Objects as files of a folder."""


@pytest.mark.parametrize("key", ["../secret", "landing/../../secret", "/etc/hostname", "landing/x/../../../secret"])
def test_no_key_leads_out_of_the_folder(objects: FolderObjects, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_bytes(b"not yours")
    assert objects.find(key) is None
    with pytest.raises(NotFound):
        objects.read(key)
    with pytest.raises(NotFound):
        objects.put(key, b"mine")
    assert (tmp_path / "secret").read_bytes() == b"not yours"


def test_a_draft_that_was_never_finished_is_no_object(objects: FolderObjects, tmp_path: Path) -> None:
    (tmp_path / "lake.drafts" / "half").write_bytes(b"ha")
    objects.put("whole", b"whole")
    assert [each.key for each in objects.listed("")] == ["whole"]
