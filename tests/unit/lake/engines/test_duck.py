from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lake.engines.duck import DuckSession
from lake.storage.folder import FolderObjects
from tests.unit.lake.engines.behaviour import SessionBehaviour, add, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "lake")


@pytest.fixture
def session() -> DuckSession:
    return DuckSession()


@pytest.fixture
def another(session: DuckSession) -> DuckSession:
    return session.another()


class TestDuck(SessionBehaviour):
    """DuckDB in this process."""


def test_what_is_in_a_file_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    first = DuckSession(tmp_path / "tables")
    add(first, first.prepare(table("lasting")), 1)
    first.close()
    assert DuckSession(tmp_path / "tables").run("SELECT k FROM silver.lasting") == [(1,)]
