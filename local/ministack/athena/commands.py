"""Athena's statements about the catalog alone: what is in it, and which partitions a table has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import InvalidInput
from local.ministack.athena.partitions import put_on_record
from local.ministack.athena.results import Result, lines

if TYPE_CHECKING:
    from local.ministack.athena.catalog import Catalog

_NAME = r"`?(?:(?P<db>\w+)`?\.`?)?(?P<table>\w+)`?"
_PARTITIONS = r"(?P<partitions>partition\s*\(.*)"
_PATTERNS = {
    "repair": rf"msck\s+repair\s+table\s+{_NAME}",
    "partitions": rf"show\s+partitions\s+{_NAME}",
    "tables": r"show\s+tables(?:\s+in\s+`?(?P<db>\w+)`?)?(?:\s+'(?P<pattern>[^']*)')?",
    "databases": r"show\s+(?:databases|schemas)",
    "add": rf"alter\s+table\s+{_NAME}\s+add\s+(?P<lenient>if\s+not\s+exists\s+)?{_PARTITIONS}",
    "drop": rf"alter\s+table\s+{_NAME}\s+drop\s+(?P<lenient>if\s+exists\s+)?{_PARTITIONS}",
}
COMMANDS = {name: re.compile(pattern, re.IGNORECASE | re.DOTALL) for name, pattern in _PATTERNS.items()}
_PARTITION = re.compile(r"partition\s*\(([^)]*)\)(?:\s*location\s*'([^']*)')?", re.IGNORECASE)
_VALUE = re.compile(r"`?(\w+)`?\s*=\s*(?:'([^']*)'|([\w.-]+))")


@dataclass(frozen=True, slots=True)
class Commands:
    """Carries these statements out.

    Attributes:
        catalog: the tables.
        database: the database of what is named without one.
    """

    catalog: Catalog
    database: str

    def execute(self, statement: str) -> Result | None:
        """Carry a statement out; None where it is none of these.

        Raises:
            InvalidInput: it cannot be carried out; as Athena says it.
        """
        for name, pattern in COMMANDS.items():
            if found := pattern.fullmatch(statement):
                answer: Result = getattr(self, f"_{name}")(found)
                return answer
        return None

    def _table(self, match: re.Match[str]) -> Any:
        return self.catalog.table((match["db"] or self.database).lower(), match["table"].lower())

    def _repair(self, match: re.Match[str]) -> Result:
        table = self._table(match)
        added = put_on_record(self.catalog, table)
        return lines("msck", [f"Repair: Added partition to metastore {table['Name']}:{name}" for name in added])

    def _partitions(self, match: re.Match[str]) -> Result:
        table = self._table(match)
        names = [key["Name"] for key in table["PartitionKeys"]]
        if not names:
            raise InvalidInput(f"Table {table['Name']} is not a partitioned table")
        found = [zip(names, each["Values"], strict=True) for each in self.catalog.partitions(table)]
        return lines("partition", sorted("/".join(f"{name}={value}" for name, value in pairs) for pairs in found))

    def _tables(self, match: re.Match[str]) -> Result:
        pages = self.catalog.glue.get_paginator("get_tables").paginate(DatabaseName=match["db"] or self.database)
        names = sorted(table["Name"] for page in pages for table in page["TableList"])
        wanted = (match["pattern"] or "*").replace("*", ".*")
        return lines("tab_name", [name for name in names if re.fullmatch(wanted, name)])

    def _databases(self, _: re.Match[str]) -> Result:
        pages = self.catalog.glue.get_paginator("get_databases").paginate()
        return lines("database_name", sorted(each["Name"] for page in pages for each in page["DatabaseList"]))

    def _add(self, match: re.Match[str]) -> Result:
        table = self._table(match)
        known = {tuple(each["Values"]) for each in self.catalog.partitions(table)}
        place = table["StorageDescriptor"]
        for values, location in _named(table, match["partitions"]):
            if tuple(values) not in known:
                folders = "/".join(f"{k['Name']}={v}" for k, v in zip(table["PartitionKeys"], values, strict=True))
                where = location or f"{place['Location'].rstrip('/')}/{folders}/"
                self.catalog.glue.create_partition(
                    DatabaseName=table["DatabaseName"],
                    TableName=table["Name"],
                    PartitionInput={"Values": values, "StorageDescriptor": {**place, "Location": where}},
                )
            elif not match["lenient"]:
                raise InvalidInput(f"Partition already exists: {values}")
        return Result()

    def _drop(self, match: re.Match[str]) -> Result:
        table = self._table(match)
        known = {tuple(each["Values"]) for each in self.catalog.partitions(table)}
        for values, _ in _named(table, match["partitions"]):
            if tuple(values) in known:
                self.catalog.glue.delete_partition(
                    DatabaseName=table["DatabaseName"], TableName=table["Name"], PartitionValues=values
                )
            elif not match["lenient"]:
                raise InvalidInput(f"Partition not found: {values}")
        return Result()


def _named(table: Any, text: str) -> list[tuple[list[str], str]]:
    """The values of each partition that a statement names, in the table's order, and its location if there is one."""
    found = []
    for values, location in _PARTITION.findall(text):
        given = {name.lower(): quoted or plain for name, quoted, plain in _VALUE.findall(values)}
        try:
            found.append(([given[key["Name"].lower()] for key in table["PartitionKeys"]], location))
        except KeyError as error:
            raise InvalidInput(f"SYNTAX_ERROR: PARTITION ({values}) has no value of {error}") from error
    return found
