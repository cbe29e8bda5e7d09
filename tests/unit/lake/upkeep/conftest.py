from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.lake.upkeep.iceberg_lake import IcebergLake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[IcebergLake]:
    lake = IcebergLake(tmp_path / "lake")
    yield lake
    lake.catalog.close()
