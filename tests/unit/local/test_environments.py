from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import LaptopCloudError
from local.environments import Environment

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_missing_is_said_of_the_part_that_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("uv.lock").write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    said: list[str] = []

    with pytest.raises(LaptopCloudError, match="spark: .* is missing"):
        Environment("spark", tmp_path, tmp_path / "venv").python("Getting Spark", said.append)
    assert said == ["Getting Spark"]
