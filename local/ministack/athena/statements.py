"""Each kind of statement that Athena knows, carried out."""

from __future__ import annotations

import base64
import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import expressions

from divisa.domain.errors import InvalidInput
from local.ministack.athena.catalog import columns, is_iceberg
from local.ministack.athena.commands import Commands
from local.ministack.athena.files import kind_of_file
from local.ministack.athena.partitions import put_on_record
from local.ministack.athena.results import Result, lines
from local.ministack.athena.selecting import VIEW, parsed
from local.ministack.athena.types import hive_type
from local.ministack.athena.writing import (
    append_iceberg,
    as_declared,
    create_iceberg,
    hive_columns,
    overwrite_iceberg,
    storable,
    storage,
    write_files,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlglot.expressions import Expression

    from local.ministack.athena.catalog import Catalog
    from local.ministack.athena.selecting import Selecting

_UNLOAD = re.compile(
    r"unload\s*\((?P<query>.*)\)\s*to\s*'(?P<to>[^']+)'\s*with\s*\((?P<options>.*)\)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Statements:
    """Carries statements out.

    Attributes:
        catalog: the tables.
        selecting: runs the queries in them.
        database: the database of what is named without one.
        output: the address that files go to where a statement names none.
        folder: where files may lie as long as this is used.
    """

    catalog: Catalog
    selecting: Selecting
    database: str
    output: str
    folder: Path

    def execute(self, statement: str, parameters: Sequence[str]) -> Result:
        """Carry a statement out.

        Args:
            statement: one, in Athena's dialect.
            parameters: for each `?` the text of a literal.

        Raises:
            InvalidInput: it cannot be carried out; as Athena says it.
        """
        statement = statement.strip().rstrip(";")
        answer = Commands(self.catalog, self.database).execute(statement)
        if answer is not None:
            return answer
        if unload := _UNLOAD.fullmatch(statement):
            return self._unload(unload)
        tree = _with_parameters(parsed(statement), parameters)
        match tree:
            case expressions.Query():
                return self.selecting.result(tree)
            case expressions.Create(kind="VIEW"):
                return self._create_view(tree)
            case expressions.Create(kind="TABLE") if tree.expression is not None:
                return self._create_table(tree)
            case expressions.Insert():
                return self._insert(tree)
            case expressions.Delete():
                return self._delete(tree)
            case expressions.Drop(kind="VIEW"):
                return self._drop_view(tree)
            case expressions.Describe():
                found_columns = columns(self.catalog.table(*self._named(tree.this)))
                return lines("col_name", [f"{name:<20}\t{kind:<20}\t" for name, kind in found_columns.items()])
        raise InvalidInput(f"NOT_SUPPORTED: {statement.split(maxsplit=1)[0].upper()} statements like this one")

    def _named(self, table: Expression) -> tuple[str, str]:
        return (table.args["db"].name if table.args.get("db") else self.database).lower(), table.name.lower()

    def _unload(self, match: re.Match[str]) -> Result:
        options = dict(re.findall(r"(\w+)\s*=\s*(array\s*\[[^\]]*\]|'[^']*'|\w+)", match["options"].lower()))
        query, _ = storable(self.selecting, self.selecting.rendered(parsed(match["query"])))
        self._must_be_empty(match["to"])
        write_files(
            self.catalog,
            self.selecting,
            query,
            match["to"],
            folder=self.folder,
            form=options.get("format", "'parquet'").strip("'").upper(),
            partitioned_by=re.findall(r"'([^']*)'", options.get("partitioned_by", "")),
        )
        return Result()

    def _create_view(self, tree: expressions.Create) -> Result:
        database, name = self._named(tree.this)
        query = tree.expression
        described = self.selecting.described(self.selecting.rendered(query))
        if self.catalog.find(database, name) is not None:
            if not tree.args.get("replace"):
                raise InvalidInput(f"View already exists: '{database}.{name}'")
            self.catalog.glue.delete_table(DatabaseName=database, Name=name)
        kept = {"originalSql": query.sql("athena"), "catalog": "awsdatacatalog", "schema": self.database}
        encoded = base64.b64encode(json.dumps(kept).encode()).decode("ascii")
        view = {
            "Name": name,
            "TableType": "VIRTUAL_VIEW",
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "StorageDescriptor": {"Columns": [{"Name": n.lower(), "Type": hive_type(k)} for n, k in described.items()]},
            "ViewOriginalText": f"{VIEW}{encoded} */",
            "ViewExpandedText": "/* Presto View */",
        }
        self.catalog.glue.create_table(DatabaseName=database, TableInput=view)
        return Result()

    def _drop_view(self, tree: expressions.Drop) -> Result:
        [view] = tree.args["tables"]
        database, name = self._named(view)
        if not (tree.args.get("exists") and self.catalog.find(database, name) is None):
            self.catalog.glue.delete_table(DatabaseName=database, Name=self.catalog.table(database, name)["Name"])
        return Result()

    def _create_table(self, tree: expressions.Create) -> Result:
        database, name = self._named(tree.this)
        if self.catalog.find(database, name) is not None:
            if tree.args.get("exists"):
                return Result()
            raise InvalidInput(f"TABLE_ALREADY_EXISTS: Table 'awsdatacatalog.{database}.{name}' already exists")
        options = _options(tree)
        location = options.get("external_location") or options.get("location") or f"{self.output}tables/{uuid.uuid4()}/"
        query, kinds = storable(self.selecting, self.selecting.rendered(tree.expression))
        self._must_be_empty(location)
        if options.get("table_type", "").upper() == "ICEBERG":
            partitioning = re.findall(r"'([^']*)'", options.get("partitioning", ""))
            create_iceberg(self.catalog, self.selecting, f"{database}.{name}", query, location, partitioning)
            return Result()
        form = options.get("format", "PARQUET").upper()
        keys = [key.lower() for key in re.findall(r"'([^']*)'", options.get("partitioned_by", ""))]
        write_files(self.catalog, self.selecting, query, location, folder=self.folder, form=form, partitioned_by=keys)
        typed = hive_columns(kinds)
        kind = {"PARQUET": "parquet", "JSON": "json"}.get(form, "csv")
        entry = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": kind},
            "PartitionKeys": [{"Name": key, "Type": typed.pop(key)} for key in keys],
            "StorageDescriptor": storage(kind, typed, location),
        }
        self.catalog.glue.create_table(DatabaseName=database, TableInput=entry)
        if keys:
            put_on_record(self.catalog, self.catalog.table(database, name))
        return Result()

    def _insert(self, tree: expressions.Insert) -> Result:
        target = tree.this
        given = [each.name for each in target.expressions] if isinstance(target, expressions.Schema) else []
        table = self.catalog.table(*self._named(target.this if given else target))
        source = tree.expression
        if isinstance(source, expressions.Values):
            source = expressions.select("*").from_(expressions.alias_(source, "rows", table=True))
        query = as_declared(self.selecting, self.selecting.rendered(source), columns(table), given)
        if is_iceberg(table):
            append_iceberg(self.catalog, self.selecting, table, query)
            return Result()
        if kind_of_file(table) != "parquet":
            raise InvalidInput("NOT_SUPPORTED: INSERT into a table whose files are not of Parquet")
        keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
        place = table["StorageDescriptor"]["Location"]
        write_files(self.catalog, self.selecting, query, place, folder=self.folder, partitioned_by=keys)
        if keys:
            put_on_record(self.catalog, table)
        return Result()

    def _delete(self, tree: expressions.Delete) -> Result:
        table = self.catalog.table(*self._named(tree.this))
        if not is_iceberg(table):
            raise InvalidInput("NOT_SUPPORTED: Modifying Hive table rows is only supported for transactional tables")
        where = tree.args.get("where")
        deleted = where.this if where else expressions.true()
        kept = expressions.not_(expressions.func("COALESCE", deleted, expressions.false()))
        rest = self.selecting.rendered(expressions.select("*").from_(tree.this).where(kept))
        overwrite_iceberg(self.catalog, self.selecting, table, rest)
        return Result()

    def _must_be_empty(self, location: str) -> None:
        if self.catalog.keys(location):
            raise InvalidInput(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: {location}")


def _with_parameters(tree: Expression, parameters: Sequence[str]) -> Expression:
    places = list(tree.find_all(expressions.Placeholder, bfs=False))
    if len(places) != len(parameters):
        raise InvalidInput(
            f"SYNTAX_ERROR: Incorrect number of parameters: expected {len(places)} but found {len(parameters)}"
        )
    for place, literal in zip(places, parameters, strict=True):
        place.replace(parsed(literal))
    return tree


def _options(tree: expressions.Create) -> dict[str, str]:
    options = {}
    for each in tree.args["properties"].expressions if tree.args.get("properties") else ():
        match each:
            case expressions.FileFormatProperty():
                options["format"] = each.name
            case expressions.LocationProperty():
                options["location"] = each.name
            case expressions.PartitionedByProperty():
                options["partitioned_by"] = each.this.sql("athena")
            case expressions.Property():
                value = each.args["value"]
                options[each.name.lower()] = (
                    value.name if isinstance(value, expressions.Literal) else value.sql("athena")
                )
    return options
