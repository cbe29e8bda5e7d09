"""A query in Athena's dialect, as DuckDB runs it on the tables of the catalog."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import duckdb
import sqlglot
from sqlglot import expressions
from sqlglot.optimizer.scope import traverse_scope

from divisa.domain.errors import InvalidInput
from local.ministack.athena.catalog import is_iceberg
from local.ministack.athena.files import relation
from local.ministack.athena.results import Result, text
from local.ministack.athena.types import athena_type

if TYPE_CHECKING:
    from pathlib import Path

    from sqlglot.expressions import Expression

    from local.ministack.athena.catalog import Catalog

VIEW = "/* Presto View: "
_ESCAPES = re.compile(r"\x1b\[\d*m")


class Selecting:
    """Runs queries on the tables of a catalog.

    Args:
        catalog: the tables.
        database: the database of a table that is named without one.
        folder: where copies of files may lie as long as this is used.
    """

    def __init__(self, catalog: Catalog, database: str, folder: Path) -> None:
        self._catalog = catalog
        self._database = database
        self._folder = folder
        self._tables = 0
        self.connection = duckdb.connect()
        # As Athena has it: moments are told in UTC, and a whole number divided by a whole number is one.
        self.connection.execute("SET TimeZone = 'UTC'; SET integer_division = true")
        # It would read text as the type that it is tried to be cast to, and fail where the cast would give nothing.
        self.connection.execute("SET disabled_optimizers = 'type_pushdown'")

    def close(self) -> None:
        """Give DuckDB's memory back."""
        self.connection.close()

    def result(self, query: Expression) -> Result:
        """What a query answers."""
        rendered = self.rendered(query)
        described = self.described(rendered)
        rows = cast("Any", self.connection.sql(rendered).to_arrow_table())
        return Result(
            tuple(name.lower() for name in described),
            tuple(athena_type(kind) for kind in described.values()),
            tuple(
                tuple(text(value) for value in row) for row in zip(*(c.to_pylist() for c in rows.columns), strict=True)
            ),
        )

    def described(self, rendered: str) -> dict[str, str]:
        """The columns of a query of DuckDB by their names, each with DuckDB's name of its type."""
        return {row[0]: row[1] for row in self.connection.execute(f"DESCRIBE {rendered}").fetchall()}

    def rendered(self, query: Expression, database: str | None = None) -> str:
        """A query as DuckDB runs it; the tables that it names have been bound.

        Args:
            query: of Athena's dialect.
            database: the database of a table that is named without one, where it is another one than usual.

        Raises:
            InvalidInput: a table is not there.
        """
        query = query.copy()
        _name_columns(query)
        tables = [
            source
            for scope in traverse_scope(query)
            for source in scope.sources.values()
            if isinstance(source, expressions.Table) and isinstance(source.this, expressions.Identifier)
        ]
        for column in query.find_all(expressions.Column):
            column.set("db", None)
            column.set("catalog", None)
        for table in {id(each): each for each in tables}.values():
            bound = expressions.Table(this=expressions.to_identifier(self._bound(table, database or self._database)))
            alias = table.args.get("alias") or expressions.TableAlias(this=expressions.to_identifier(table.name))
            bound.set("alias", alias.copy())
            table.replace(bound)
        return query.sql("duckdb")

    def _bound(self, reference: expressions.Table, database: str) -> str:
        self._tables += 1
        bound = f"_table_{self._tables}"
        name, _, about = reference.name.lower().partition("$")
        table = self._catalog.table((reference.db or database).lower(), name)
        if is_iceberg(table):
            self.connection.register(bound, self._iceberg(table, reference.args.get("version"), about))
        elif table.get("TableType") == "VIRTUAL_VIEW":
            view = view_query(table)
            inner = self.rendered(parsed(view["originalSql"]), view["schema"])
            self.connection.execute(f"CREATE TEMP VIEW {bound} AS {inner}")
        else:
            rows = relation(self._catalog, table, self._folder / str(self._tables), self.connection)
            self.connection.execute(f"CREATE TEMP VIEW {bound} AS {rows}")
        return bound

    def _iceberg(self, table: Any, version: Expression | None, about: str) -> Any:
        found = self._catalog.iceberg_table(table)
        if about:
            if about not in {"snapshots", "history", "files", "partitions", "manifests", "refs"}:
                raise InvalidInput(f"TABLE_NOT_FOUND: Table '{table['Name']}${about}' does not exist")
            return getattr(found.inspect, about)()
        if version is None:
            return found.scan().to_arrow()
        wanted = version.expression
        if version.name.upper() == "TIMESTAMP":
            moment = self._epoch_milliseconds(wanted)
            snapshot = found.snapshot_as_of_timestamp(moment)
            if snapshot is None:
                said = datetime.fromtimestamp(moment / 1000, UTC).isoformat()
                raise InvalidInput(f"INVALID_ARGUMENTS: No version history table at or before {said}")
        elif wanted.is_string:
            snapshot = found.snapshot_by_name(wanted.name)
        else:
            snapshot = found.snapshot_by_id(int(wanted.name))
        if snapshot is None:
            raise InvalidInput(f"INVALID_ARGUMENTS: Iceberg snapshot ID does not exist: {wanted.name}")
        return found.scan(snapshot_id=snapshot.snapshot_id).to_arrow()

    def _epoch_milliseconds(self, moment: Expression) -> int:
        asked = f"SELECT epoch_ms(CAST({moment.sql('duckdb')} AS TIMESTAMPTZ))"
        [row] = self.connection.execute(asked).fetchall()
        return int(row[0])


def parsed(statement: str) -> Expression:
    """A statement of Athena's dialect as a tree.

    Raises:
        InvalidInput: it is none.
    """
    try:
        tree = sqlglot.parse_one(statement, read="athena")
    except sqlglot.ParseError as error:
        raise InvalidInput(f"SYNTAX_ERROR: {_ESCAPES.sub('', str(error))}") from error
    if not isinstance(tree, expressions.Expression):
        raise InvalidInput(f"SYNTAX_ERROR: no statement: {statement}")
    return tree


def view_query(table: Any) -> dict[str, Any]:
    """What Athena keeps of a view: `originalSql`, and the `schema` of tables that it names without one."""
    kept = str(table["ViewOriginalText"]).removeprefix(VIEW).removesuffix(" */")
    found: dict[str, Any] = json.loads(base64.b64decode(kept))
    return found


def _name_columns(query: Expression) -> None:
    # Athena's names of columns that have none of their own.
    first = query
    while not isinstance(first, expressions.Select):
        if not isinstance(first, expressions.SetOperation | expressions.Subquery):
            return
        first = first.this
    for number, column in enumerate(first.expressions):
        if not isinstance(column, expressions.Alias | expressions.Column | expressions.Star | expressions.Dot):
            column.replace(expressions.alias_(column.copy(), f"_col{number}"))
