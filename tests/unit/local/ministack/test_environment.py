from __future__ import annotations

import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.ministack import environment

if TYPE_CHECKING:
    from pathlib import Path


def test_its_version_is_pinned_exactly_and_every_file_by_hash() -> None:
    wanted = tomllib.loads(environment.REQUIREMENTS.joinpath("pyproject.toml").read_text(encoding="utf-8"))
    locked = tomllib.loads(environment.REQUIREMENTS.joinpath("uv.lock").read_text(encoding="utf-8"))

    assert "ministack==1.5.33" in wanted["project"]["dependencies"]
    packages = [package for package in locked["package"] if "registry" in package["source"]]
    files = [file for package in packages for file in (*package.get("wheels", ()), package["sdist"])]
    assert files
    assert all(file["hash"].startswith("sha256:") for file in files)


def test_packages_that_cannot_be_had_are_a_plain_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty-cache"))

    with pytest.raises(LaptopCloudError, match="ministack: its packages cannot be installed; is the network there"):
        environment.python(environment=tmp_path / "venv")

    # The next attempt must not take the half-made environment for a whole one.
    with pytest.raises(LaptopCloudError):
        environment.python(environment=tmp_path / "venv")


def test_an_environment_without_uv_says_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))

    with pytest.raises(LaptopCloudError, match="`make setup` brings it"):
        environment.python(environment=tmp_path / "venv")
