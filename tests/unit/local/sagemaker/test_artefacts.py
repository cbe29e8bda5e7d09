from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from local.sagemaker.artefacts import unpack
from local.sagemaker.errors import DeploymentFailed

if TYPE_CHECKING:
    from pathlib import Path


def an_archive(path: Path, member: str) -> str:
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = 2
        tar.addfile(info, io.BytesIO(b"ok"))
    return path.as_uri()


def test_an_artefact_replaces_what_was_unpacked_before(tmp_path: Path) -> None:
    folder = tmp_path / "deployment" / "model"
    unpack(an_archive(tmp_path / "old model.tar.gz", "old.txt"), folder)

    unpack(an_archive(tmp_path / "new.tar.gz", "code/inference.py"), folder)

    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.*")] == ["code/inference.py"]


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match="not a usable model"):
        unpack(an_archive(tmp_path / "evil.tar.gz", "../../evil.txt"), tmp_path / "deployment" / "model")

    assert not list(tmp_path.rglob("evil.txt"))


def test_a_missing_and_a_torn_archive_are_named(tmp_path: Path) -> None:
    torn = tmp_path / "torn.tar.gz"
    an_archive(torn, "a.txt")
    torn.write_bytes(torn.read_bytes()[:40])

    with pytest.raises(DeploymentFailed, match=r"Could not access model data at file:///nowhere\.tar\.gz"):
        unpack("file:///nowhere.tar.gz", tmp_path / "model")
    with pytest.raises(DeploymentFailed, match=r"torn\.tar\.gz is not a usable"):
        unpack(torn.as_uri(), tmp_path / "model")
