"""What holds of `Session` on every engine: tests that ask for fixtures `session`, and `another` on the same tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from divisa.domain.errors import ConcurrentUpdate, InvalidTable
from lake.contract.contract import Period
from lake.engines.session import Session, Table

if TYPE_CHECKING:
    from pathlib import Path

    from lake.storage.objects import Objects

COLUMNS: Final = pa.schema(
    [
        pa.field("k", pa.int64(), nullable=False, metadata={"comment": "which"}),
        pa.field("at", pa.timestamp("us"), nullable=False),
        pa.field("day", pa.date32()),
        pa.field("amount", pa.decimal128(18, 4)),
        pa.field("share", pa.float64()),
        pa.field("good", pa.bool_()),
        pa.field("note", pa.string()),
    ]
)
ROWS: Final[list[tuple[Any, ...]]] = [
    (
        1,
        datetime.fromisoformat("2024-01-05T23:59:59.999999"),
        date(1969, 12, 31),
        Decimal("-0.0001"),
        0.1,
        True,
        'it\'s ä, "so"',
    ),
    (2, datetime.fromisoformat("1999-01-01T00:00:00"), None, None, None, None, None),
    (
        -(2**63),
        datetime.fromisoformat("2024-02-29T00:00:00.000001"),
        date(2024, 2, 29),
        Decimal("99999999999999.9999"),
        -1e300,
        False,
        "",
    ),
]


def table(name: str, schema: pa.Schema = COLUMNS) -> Table:
    return Table("silver", name, schema, ("at", Period.MONTH))


class SessionBehaviour:
    """Inherited by the tests of each engine."""

    def test_values_come_back_as_they_went_in(self, session: Session, objects: Objects, tmp_path: Path) -> None:
        name = session.prepare(table("values_kept"))
        arrays = [pa.array(values, kind.type) for values, kind in zip(zip(*ROWS, strict=True), COLUMNS, strict=True)]
        pq.write_table(pa.Table.from_arrays(arrays, schema=COLUMNS), tmp_path / "rows")
        objects.put_file("some where/it's.parquet", tmp_path / "rows")
        session.file("came", objects.uri("some where/it's.parquet"))
        own = ", ".join(COLUMNS.names)
        session.run(f"INSERT INTO {name} ({own}) SELECT {own} FROM came")  # noqa: S608 - ours
        assert sorted(session.run(f"SELECT {own} FROM {name}")) == sorted(ROWS)  # noqa: S608 - ours
        session.name("other", name)
        assert session.run("SELECT COUNT(*) AS n FROM other") == [(3,)]

    def test_a_table_grows_by_columns_that_it_lacks_and_stays_as_it_is_otherwise(self, session: Session) -> None:
        name = session.prepare(table("growing", pa.schema(list(COLUMNS)[:2])))
        add(session, name, 1)
        assert session.prepare(table("growing")) == name
        assert session.prepare(table("growing")) == name
        assert session.run(f"SELECT k, note, amount FROM {name}") == [(1, None, None)]  # noqa: S608 - ours

    def test_a_column_of_another_type_is_refused(self, session: Session) -> None:
        session.prepare(table("typed"))
        other = COLUMNS.set(3, pa.field("amount", pa.decimal128(18, 2)))
        with pytest.raises(InvalidTable, match="amount"):
            session.prepare(table("typed", other))

    def test_all_rows_are_replaced_by_name_and_by_none(self, session: Session) -> None:
        name = session.prepare(Table("gold", "replaced", pa.schema([("a", pa.int64()), ("b", pa.int64())])))
        for count in range(3):
            session.replace(name, f"SELECT CAST(2 AS BIGINT) AS b, CAST({count} AS BIGINT) AS a")
            assert session.run(f"SELECT a, b FROM {name}") == [(count, 2)]  # noqa: S608 - ours
        session.replace(name, "SELECT CAST(2 AS BIGINT) AS b, CAST(1 AS BIGINT) AS a WHERE 1 = 0")
        assert session.run(f"SELECT a, b FROM {name}") == []  # noqa: S608 - ours

    def test_a_query_that_fails_replaces_nothing(self, session: Session) -> None:
        name = session.prepare(Table("gold", "kept", pa.schema([("a", pa.int64())])))
        session.replace(name, "SELECT CAST(7 AS BIGINT) AS a")
        with pytest.raises(Exception, match="nowhere"):
            session.replace(name, "SELECT a FROM nowhere")
        assert session.run(f"SELECT a FROM {name}") == [(7,)]  # noqa: S608 - ours

    def test_of_two_that_merge_the_same_keys_at_once_both_end_up_in_it_once(
        self, session: Session, another: Session
    ) -> None:
        name = session.prepare(table("contended", pa.schema(list(COLUMNS)[:2])))

        def merge(own: Session) -> None:
            for key in range(4):
                for _ in range(20):
                    try:
                        add(own, name, key)
                    except ConcurrentUpdate:
                        continue
                    break

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(merge, own) for own in (session, another)]:
                done.result()
        assert sorted(session.run(f"SELECT k FROM {name}")) == [(0,), (1,), (2,), (3,)]  # noqa: S608 - ours


def add(session: Session, name: str, key: int) -> None:
    """Merge a row."""
    session.run(
        f"MERGE INTO {name} AS t USING (SELECT CAST({key} AS BIGINT) AS k,"  # noqa: S608 - ours
        " CAST('2024-01-01 00:00:00' AS TIMESTAMP_NTZ) AS at) AS s ON t.k = s.k"
        " WHEN NOT MATCHED THEN INSERT (k, at) VALUES (s.k, s.at)"
    )
