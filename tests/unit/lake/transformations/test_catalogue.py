from __future__ import annotations

from graphlib import CycleError
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from lake.contract.reading import contracts
from lake.transformations.catalogue import depending_on, in_order, transformations

if TYPE_CHECKING:
    from pathlib import Path

TYPES = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"))


def written(folder: Path, **files: str) -> Path:
    for name, sql in files.items():
        folder.joinpath(f"{name}.sql").write_text(sql, encoding="utf-8")
    return folder


def test_a_gold_table_stands_behind_all_that_it_reads() -> None:
    seen = set(contracts())
    for name, made in transformations().items():
        assert seen.issuperset(made.inputs)
        seen.add(name)


def test_a_gold_table_says_what_a_row_is_and_whose_question_it_answers() -> None:
    assert all("?" in made.about and not made.about.startswith("-") for made in transformations().values())


def test_columns_are_of_types_that_every_catalogue_and_engine_has() -> None:
    for made in transformations().values():
        assert all(kind in TYPES or pa.types.is_decimal128(kind) for kind in made.columns.types)


def test_nothing_tells_in_gold_which_line_of_which_file_a_row_was() -> None:
    assert not {"_load", "_line"}.intersection(*(made.columns.names for made in transformations().values()))


def test_gold_tables_are_made_in_an_order_in_which_each_finds_what_it_reads() -> None:
    assert in_order(["point_in_time", "user_days"]) == ("user_days", "point_in_time")
    with pytest.raises(KeyError, match="nothing"):
        in_order(["nothing"])


def test_what_reads_a_changed_dataset_is_made_anew_and_what_reads_that_too() -> None:
    assert depending_on(["fx_transactions"]) == in_order(["training_transactions", "user_days", "point_in_time"])
    assert depending_on(["hr_jobs"]) == ("hires_by_quarter",)
    assert depending_on(["user_days"]) == ("point_in_time",)
    assert depending_on([]) == ()


def test_a_table_that_nobody_makes_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        transformations(written(tmp_path, one="SELECT * FROM nowhere"))


def test_tables_that_read_each_other_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(CycleError):
        transformations(written(tmp_path, one="SELECT * FROM two", two="SELECT * FROM one"))


def test_a_statement_has_to_fit_the_columns_that_it_reads(tmp_path: Path) -> None:
    with pytest.raises(duckdb.BinderException, match="salary"):
        transformations(written(tmp_path, one="-- A job.\nSELECT salary FROM hr_jobs"))
