from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from divisa.domain.errors import NotFound
from lake.transformations.catalogue import transformations
from lake.transformations.training_files import TABLES, write_training_files

if TYPE_CHECKING:
    from pathlib import Path


class NoTables:
    def gold(self, name: str, *columns: str) -> pa.Table:
        return pa.table({column: pa.array([], pa.null()) for column in columns})

    def accounts(self) -> pa.Table:
        return pa.table({})


def test_all_columns_of_the_tables_are_in_the_files() -> None:
    for table, columns in TABLES.values():
        assert tuple(transformations()[table].columns.names) == columns


def test_a_lake_without_prices_has_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no prices"):
        write_training_files(NoTables(), tmp_path)
