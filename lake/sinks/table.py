"""A table beside the lake, whichever database has it: its columns, what tells its rows apart, and what loads where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from divisa.domain.errors import InvalidInput
from lake.contract.contract import Pii, Sink
from lake.contract.types import ColumnType
from lake.ingestion.checking import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lake.contract.contract import Contract

_PLAIN: Final = {
    pa.string(): "string",
    pa.large_string(): "string",
    pa.int64(): "integer",
    pa.int32(): "integer",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


@dataclass(frozen=True, slots=True)
class SinkColumn:
    """A column.

    Attributes:
        longest: characters of a string; None where nobody said.
        personal: whether somebody can be found by it: a pseudonym, a name, an address.
    """

    name: str
    type: ColumnType
    nullable: bool
    about: str
    longest: int | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class SinkTable:
    """A table.

    Attributes:
        name: as in the lake.
        about: what a row is.
        columns: in their order.
        key: the columns that tell one row from another.
        order: a row never takes the place of one with more of this column; None where any may.
        event_time: the column that says when a row happened, if there is one.
        schema: the same columns, as Arrow has them.
    """

    name: str
    about: str
    columns: tuple[SinkColumn, ...]
    key: tuple[str, ...]
    order: str | None
    event_time: str | None
    schema: pa.Schema

    @classmethod
    def of_contract(cls, contract: Contract) -> SinkTable:
        """The table that a dataset is loaded into."""
        columns = tuple(
            SinkColumn(
                name,
                column.type,
                column.nullable,
                column.about if column.unit is None else f"{column.about} ({column.unit})",
                max(map(len, column.one_of)) if column.one_of else column.longest,
                column.pii in {Pii.PSEUDONYM, Pii.DIRECT},
            )
            for name, column in contract.columns.items()
        )
        order, event_time = contract.order, contract.event_time
        return cls(contract.dataset, contract.about, columns, contract.key, order, event_time, schema_of(contract))

    @classmethod
    def of_schema(cls, name: str, about: str, key: tuple[str, ...], schema: pa.Schema) -> SinkTable:
        """The table that a gold table is loaded into. All columns but those of the key may be missing.

        Raises:
            ValueError: the key names no columns, or a column is of a type that the lake has not.
        """
        if not key or not set(key) <= set(schema.names):
            raise ValueError(f"{', '.join(key) or 'nothing'} is no key of {name}: it has {', '.join(schema.names)}")
        columns = tuple(SinkColumn(each.name, _type(each), each.name not in key, each.name) for each in schema)
        return cls(name, about, columns, key, None, None, schema)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    def fitted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows with the columns and types of this table; any others, such as of whence a row came, are left out.

        Raises:
            InvalidInput: a column is not there, or of another type.
        """
        for batch in batches:
            if missing := [name for name in self.names if name not in batch.schema.names]:
                raise InvalidInput(f"rows of {self.name} come without {', '.join(missing)}")
            try:
                yield batch.select(self.names).cast(self.schema)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
                # The cause would repeat a value.
                raise InvalidInput(f"rows of {self.name} are of other types than its columns") from None

    def personal(self, column: str) -> SinkColumn:
        """A column that somebody can be found by.

        Raises:
            ValueError: it is none such.
        """
        found = next((each for each in self.columns if each.name == column and each.personal), None)
        if found is None:
            raise ValueError(f"nobody is told by {column} of {self.name}: it is no pseudonym and not direct")
        return found


def sinks_of(contracts: Mapping[str, Contract]) -> dict[Sink, tuple[str, ...]]:
    """The datasets that are loaded into each sink, in the order of the contracts."""
    return {sink: tuple(name for name, each in contracts.items() if sink in each.sinks) for sink in Sink}


def _type(field: pa.Field) -> ColumnType:
    if pa.types.is_decimal(field.type):
        return ColumnType("decimal", field.type.precision, field.type.scale)
    if pa.types.is_timestamp(field.type) and field.type.tz is None:
        return ColumnType("timestamp")
    if field.type not in _PLAIN:
        raise ValueError(f"{field.name} is of type {field.type}, which no column of the lake is")
    return ColumnType(_PLAIN[field.type])
