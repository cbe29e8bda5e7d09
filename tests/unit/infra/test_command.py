"""What is said when a build tool fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import PackagingError
from infra.command import run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failed_tool_is_named_with_the_end_of_what_it_said(tmp_path: Path) -> None:
    script = "import sys; print('line\\n' * 100); sys.exit('the reason')"

    with pytest.raises(PackagingError) as failure:
        run("osls package", [sys.executable, "-c", script], cwd=tmp_path)

    assert failure.value.tool == "osls package"
    assert str(failure.value).endswith("the reason")
    assert str(failure.value).count("line") < 30


def test_a_tool_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="npm ci: could not be started"):
        run("npm ci", [tmp_path / "npm", "ci"], cwd=tmp_path)


def test_a_tool_that_succeeds_is_silent_and_its_output_is_returned(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("python", [sys.executable, "-c", "print('done')"], cwd=tmp_path).strip() == "done"
    assert capfd.readouterr() == ("", "")
