"""Gold tables made by DuckDB, inside of this process: for tests, notebooks and small lakes."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from lake.transformations.catalogue import transformations
from lake.transformations.rendering import duckdb_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

THREADS: Final = 2
"""As many cores as the smallest machine has."""


def run_duckdb(name: str, tables: Mapping[str, pa.Table | Path]) -> pa.Table:
    """The rows of a gold table, in no order, with its `columns`.

    Args:
        name: the gold table's.
        tables: what it reads, by bare name: rows, or a Parquet file, or a folder of them. More does no harm.

    Raises:
        KeyError: there is no such gold table, or something that it reads is not there.
    """
    with _over(name, tables) as made:
        return made.to_arrow_table().cast(transformations()[name].columns)


def write_duckdb(name: str, tables: Mapping[str, pa.Table | Path], file: Path) -> None:
    """Write the rows of a gold table into a Parquet file, without holding all of them in memory.

    Args:
        name: the gold table's.
        tables: as in `run_duckdb`.
        file: where to; what DuckDB has no memory for lies beside it meanwhile.

    Raises:
        KeyError: as in `run_duckdb`.
    """
    with _over(name, tables, spill=file.with_suffix(".spill")) as made:
        made.write_parquet(str(file), compression="zstd")


@contextmanager
def _over(
    name: str, tables: Mapping[str, pa.Table | Path], spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyRelation]:
    transformation = transformations()[name]
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        if spill is not None:
            connection.execute(f"SET temp_directory = '{spill}'")
        for each in transformation.inputs:
            table = tables[each]
            if isinstance(table, Path):
                files = str(table / "**" / "*.parquet") if table.is_dir() else str(table)
                connection.read_parquet(files).create_view(each)
            else:
                connection.register(each, table)
        yield connection.sql(duckdb_sql(transformation.sql))
