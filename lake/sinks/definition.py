"""Tables of a relational database as SQLAlchemy knows them, made where they are missing, refused where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    inspect,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateColumn, SetColumnComment

from divisa.domain.errors import SchemaDrift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Dialect
    from sqlalchemy.engine.interfaces import ReflectedColumn
    from sqlalchemy.types import TypeEngine

    from lake.sinks.table import SinkColumn, SinkTable

STAGED: Final = "_staged"
"""Behind the name of a table: that of the temporary one which its rows are loaded into first."""
_LONGEST_KEY: Final = 255
_LONGEST_OF_ALL: Final = 750
"""Characters that the texts of a key have together in MySQL, of four bytes each, beside which numbers have room."""
_EXACT: Final = "utf8mb4_bin"
_PLAIN: Final[dict[str, type[TypeEngine[Any]]]] = {
    "integer": BigInteger,
    "double": Double,
    "boolean": Boolean,
    "date": Date,
}


def defined(table: SinkTable) -> Table:
    """The table itself, with the lake's words as its comments."""
    made = Table(table.name, MetaData(), comment=table.about)
    for column in table.columns:
        made.append_column(_column(table, column, comment=column.about))
    made.append_constraint(PrimaryKeyConstraint(*table.key, name=f"{table.name}_key"))
    return made


def staging(table: SinkTable) -> Table:
    """A temporary table with the same columns and key, which goes with the connection that makes it."""
    made = Table(f"{table.name}{STAGED}", MetaData(), prefixes=["TEMPORARY"], postgresql_on_commit="DROP")
    for column in table.columns:
        made.append_column(_column(table, column, comment=None))
    made.append_constraint(PrimaryKeyConstraint(*table.key))
    return made


def ensure(connection: Connection, table: SinkTable) -> Table:
    """Make the table where it is missing, and add columns to it that are new and may be empty.

    Raises:
        SchemaDrift: it differs in any other way; names the columns.
    """
    wanted = defined(table)
    inspector = inspect(connection)
    if not inspector.has_table(table.name):
        wanted.create(connection, checkfirst=True)
        return wanted
    there = {column["name"]: column for column in inspector.get_columns(table.name)}
    key = tuple(inspector.get_pk_constraint(table.name)["constrained_columns"])
    if differences := [*_differences(wanted, there, connection.dialect), *_other_key(table.key, key)]:
        raise SchemaDrift(table.name, differences)
    for column in wanted.columns:
        if column.name not in there:
            _add(connection, wanted, column)
    return wanted


def _column(table: SinkTable, column: SinkColumn, comment: str | None) -> Column[Any]:
    kind = _type(column, keys=len(table.key) if column.name in table.key else 0)
    return Column(column.name, kind, nullable=column.nullable, comment=comment, autoincrement=False)


def _type(column: SinkColumn, *, keys: int) -> TypeEngine[Any]:
    """The type of a column, which is one of so many of a key, or of none.

    MySQL has keys of texts only up to a length, and holds `a` and `A` for one unless told.
    """
    match column.type.name:
        case "string":
            length = column.longest or min(_LONGEST_KEY, _LONGEST_OF_ALL // max(keys, 1))
            of_mysql = mysql.VARCHAR(length, collation=_EXACT) if keys else mysql.LONGTEXT(collation=_EXACT)
            return Text().with_variant(of_mysql, "mysql")
        case "decimal":
            return Numeric(column.type.precision, column.type.scale)
        case "timestamp":
            return TIMESTAMP().with_variant(mysql.DATETIME(fsp=6), "mysql")
        case name:
            return _PLAIN[name]()


def _differences(wanted: Table, there: Mapping[str, ReflectedColumn], dialect: Dialect) -> Iterator[str]:
    for column in wanted.columns:
        found = there.get(column.name)
        if found is None:
            if not column.nullable:
                yield f"{column.name} is not there, and may not be empty"
        elif found["nullable"] != column.nullable:
            yield f"{column.name} may {'not ' if column.nullable else ''}be empty there"
        elif dialect.name == "postgresql":  # MySQL tells some types by other names than they were made by
            now, then = (kind.compile(dialect=dialect) for kind in (column.type, found["type"]))
            if now != then:
                yield f"{column.name} is {then} there, and {now} in the contract"
    yield from (f"{name} is in no contract" for name in there if name not in wanted.columns)


def _other_key(wanted: tuple[str, ...], there: tuple[str, ...]) -> Iterator[str]:
    if there != wanted:
        yield f"its key is {', '.join(there) or 'missing'} there, and {', '.join(wanted)} in the contract"


def _add(connection: Connection, table: Table, column: Column[Any]) -> None:
    dialect = connection.dialect
    name = dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {CreateColumn(column).compile(dialect=dialect)}")
    if dialect.supports_comments and not dialect.inline_comments:
        connection.execute(SetColumnComment(column))
