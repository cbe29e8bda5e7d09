"""The zip that every function is made from."""

from __future__ import annotations

import os
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import PackagingError
from infra import artifact

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return artifact.build(artifact.AWS, tmp_path_factory.mktemp("artifact") / "divisa.zip")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The parts of the repository that an artifact is made from, to be changed at will."""
    root = tmp_path / "checkout"
    for package in artifact.CODE:
        shutil.copytree(artifact.ROOT / package, root / package)
    shutil.copyfile(artifact.ROOT / "uv.lock", root / "uv.lock")
    return root


def packages_in(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as contents:
        return {name.split("/")[0] for name in contents.namelist()}


def test_building_again_from_nothing_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = artifact.build(artifact.AWS, tmp_path / "divisa.zip", cache=tmp_path / "cache")

    assert again.read_bytes() == built.read_bytes()


def test_a_file_that_was_only_touched_changes_nothing(checkout: Path, tmp_path: Path) -> None:
    before = artifact.build(artifact.AWS, tmp_path / "before.zip", root=checkout).read_bytes()
    os.utime(checkout / "divisa/domain/errors.py", (1, 1))
    (checkout / "divisa/domain/__pycache__").mkdir(exist_ok=True)
    (checkout / "divisa/domain/__pycache__/errors.cpython-312.pyc").write_bytes(b"compiled")

    assert artifact.build(artifact.AWS, tmp_path / "after.zip", root=checkout).read_bytes() == before


def test_a_changed_line_of_code_is_a_changed_artifact(checkout: Path, tmp_path: Path) -> None:
    before = artifact.build(artifact.AWS, tmp_path / "before.zip", root=checkout).read_bytes()
    with (checkout / "divisa/domain/errors.py").open("a") as module:
        module.write("# changed\n")

    assert artifact.build(artifact.AWS, tmp_path / "after.zip", root=checkout).read_bytes() != before


def test_it_carries_the_code_and_what_the_code_imports(built: Path) -> None:
    wanted = {"divisa", "stream_consumers", "api_handlers", "lake", "aws_lambda_powertools", "aws_kinesis_agg"}

    assert wanted | {"google", "msgspec", "numpy", "pynamodb", "tzdata"} <= packages_in(built)


def test_it_leaves_out_what_the_lambda_runtime_carries(built: Path) -> None:
    carried = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"}

    assert packages_in(built).isdisjoint(carried)


def test_it_leaves_out_whatever_only_a_laptop_needs(built: Path) -> None:
    of_the_model = {"sklearn", "scipy", "numba", "llvmlite", "model", "duckdb", "pyarrow", "yaml", "sqlglot"}

    assert packages_in(built).isdisjoint(of_the_model | {"local", "simulator", "infra", "tests", "bench"})


def test_it_leaves_out_tests_and_compiled_files(built: Path) -> None:
    with zipfile.ZipFile(built) as contents:
        folders = {part for name in contents.namelist() for part in name.split("/")[:-1]}

    assert folders.isdisjoint({"tests", "__pycache__", "docs"})


def test_its_native_code_is_for_lambda_and_not_for_this_machine(built: Path) -> None:
    with zipfile.ZipFile(built) as contents:
        native = [name for name in contents.namelist() if ".cpython-" in name]

    assert native
    assert all("cpython-312-x86_64-linux-gnu" in name for name in native)


def test_an_artifact_too_big_for_lambda_is_refused_with_its_biggest_packages(built: Path) -> None:
    with pytest.raises(PackagingError, match=r"MiB zipped.*Biggest: numpy"):
        artifact.check_size(built, max_zipped=2**20)


def test_what_is_too_big_once_unzipped_is_refused_too(built: Path) -> None:
    with pytest.raises(PackagingError, match="unzipped"):
        artifact.check_size(built, max_unzipped=2**20)
