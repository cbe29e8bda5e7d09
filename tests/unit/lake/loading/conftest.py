from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lake.engines.duck import DuckSession
from lake.storage.folder import FolderObjects
from tests.unit.lake.loading.small_lake import SmallLake

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lake(tmp_path: Path) -> SmallLake:
    return SmallLake(FolderObjects(tmp_path / "lake"), DuckSession())
