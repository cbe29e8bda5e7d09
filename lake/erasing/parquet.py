"""Parquet files of rows that name persons: which rows do, and the file without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lake.erasing.people import People

_AT_ONCE: Final = 1 << 18
"""Rows in memory at a time."""


def naming(file: Path, columns: Mapping[str, str], beside: str, people: People) -> Iterator[tuple[int, str]]:
    """The rows that name somebody.

    Args:
        file: has the columns.
        columns: those with ids, and whose they are.
        beside: a column of integers that rows are told apart by.
        people: whom to look for.

    Returns:
        Of each such row its number in `beside`, and the pseudonym.
    """
    with pq.ParquetFile(file) as source:
        for batch in source.iter_batches(_AT_ONCE, columns=[*columns, beside]):
            for name, subject in columns.items():
                numbers = batch.column(beside)
                for who, rows in _of(batch.column(name), subject, people).values():
                    yield from ((number.as_py(), who) for number in numbers.take(rows))


def rewrite(file: Path, to: Path, change: Callable[[pa.RecordBatch], pa.RecordBatch]) -> int:
    """Write a file's rows anew as they come out of a change, with statistics of these; tells how many are left."""
    left = 0
    with (
        pq.ParquetFile(file) as source,
        pq.ParquetWriter(to, source.schema_arrow, compression="zstd") as sink,
    ):
        for batch in source.iter_batches(_AT_ONCE):
            changed = change(batch)
            left += len(changed)
            sink.write_batch(changed)
    return left


def without(columns: Mapping[str, str], people: People) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """A change that takes the rows away that name somebody."""

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        keep = np.ones(len(batch), dtype=np.bool_)
        for name, subject in columns.items():
            for _, rows in _of(batch.column(name), subject, people).values():
                keep[rows] = False
        return batch.filter(pa.array(keep))

    return change


def renamed(columns: Mapping[str, str], people: People) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """A change that puts pseudonyms in place of ids, which are strings."""

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        for name, subject in columns.items():
            values = batch.column(name)
            for value, (who, _) in _of(values, subject, people).items():
                values = pc.if_else(pc.equal(values, value), who, values)
            batch = batch.set_column(batch.schema.get_field_index(name), batch.schema.field(name), values)
        return batch

    return change


def _of(values: pa.Array, subject: str, people: People) -> dict[object, tuple[str, np.ndarray]]:
    """The ids of a column that are theirs: each with its pseudonym, and the rows where it stands."""
    encoded = values.dictionary_encode()
    ids = [(place, value, people.find(subject, value)) for place, value in enumerate(encoded.dictionary.to_pylist())]
    theirs = [each for each in ids if each[2] is not None]
    if not theirs:
        return {}
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return {value: (who, np.flatnonzero(places == place)) for place, value, who in theirs if who is not None}
