from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from infra.retraining.code import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

GREET = """
import sys
import divisa, model.deep
print(sys.argv, divisa.__file__, model.deep.WORD, flush=True)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name, content in (
        ("divisa/__init__.py", ""),
        ("model/__init__.py", ""),
        ("model/deep.py", "import brought\nWORD = brought.WORD"),
        ("model/greet.py", GREET),
        ("model/lib/brought.py", "WORD = 'brought along'"),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_the_same_code_has_the_same_name_and_other_code_another(repository: Path, tmp_path: Path) -> None:
    first = build(tmp_path / "a", target=None, root=repository)
    again = build(tmp_path / "b", target=None, root=repository)
    (repository / "model" / "deep.py").write_text("WORD = 'other'")
    other = build(tmp_path / "a", target=None, root=repository)

    assert first.name == again.name != other.name
    assert (first / "sourcedir.tar.gz").read_bytes() == (again / "sourcedir.tar.gz").read_bytes()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted([first.name, other.name])


def test_time_zones_come_with_it(repository: Path, tmp_path: Path) -> None:
    with tarfile.open(build(tmp_path / "code", target=None, root=repository) / "sourcedir.tar.gz") as packed:
        assert "tzdata/zoneinfo/America/New_York" in packed.getnames()


def test_a_job_runs_the_code_that_came_with_it_with_the_packages_that_came_with_it(
    repository: Path, tmp_path: Path
) -> None:
    code = build(tmp_path / "code", target=None, root=repository)

    said = subprocess.run(
        [sys.executable, str(code / "start.py"), "model.greet", "--out", "there"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "'--out', 'there']" in said
    assert "brought along" in said
    assert str(repository) not in said
