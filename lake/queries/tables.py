"""The tables of the lake that are no Iceberg tables, as Glue takes them: accounts, quarantine, late rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from lake.engines.session import silver
from lake.ingestion.conversion import QUARANTINE
from lake.loading import load
from lake.loading.accounting import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_glue.type_defs import TableInputTypeDef

    from lake.contract.contract import Contract

BEGINNING: Final = "2024-01-01"
"""The first day whose files are looked at; none was received before."""
_FORMAT: Final = "org.apache.hadoop.hive.ql.io.parquet"
_DAYS: Final = {
    "projection.enabled": "true",
    "projection.load_date.type": "date",
    "projection.load_date.format": "yyyy-MM-dd",
    "projection.load_date.range": f"{BEGINNING},NOW",
}


def control_tables(root: str, datasets: Iterable[str]) -> tuple[TableInputTypeDef, ...]:
    """What Glue has to know of `accounts` and `quarantine`.

    The quarantine is partitioned by dataset and by the day on which a file was received. Which partitions there are is
    said here once, by projection: no one has to tell Glue of a new one.

    Args:
        root: where the lake's folders lie, such as `s3://lake`.
        datasets: all that have contracts.
    """
    return _accounts(root), _quarantine(root, (*datasets, load.UNKNOWN))


def late_table(root: str, contract: Contract) -> TableInputTypeDef:
    """What Glue has to know of the rows of a dataset that came too late: silver's columns, by day of receipt.

    Args:
        root: where the lake's folders lie, such as `s3://lake`.
        contract: of the dataset.
    """
    folder = f"{root}/{load.LATE}/{contract.dataset}"
    about = f"rows of {contract.dataset} that came too late, and wait for a backfill"
    days = {"load_date": "when their file was received, UTC"}
    location = {"storage.location.template": f"{folder}/load_date=${{load_date}}"}
    schema = silver(contract).schema
    return _table(f"late_{contract.dataset}", about, f"{folder}/", schema, days, {**_DAYS, **location})


def _accounts(root: str) -> TableInputTypeDef:
    return _table("accounts", "what became of the rows of each load", f"{root}/{load.ACCOUNTS}/", SCHEMA, {}, {})


def _quarantine(root: str, datasets: Iterable[str]) -> TableInputTypeDef:
    folder = f"{root}/{load.QUARANTINE}"
    partitions = {"dataset": "whose row it would have been", "load_date": "when its file was received, UTC"}
    projection = {
        **_DAYS,
        "projection.dataset.type": "enum",
        "projection.dataset.values": ",".join(datasets),
        "storage.location.template": f"{folder}/${{dataset}}/load_date=${{load_date}}",
    }
    about = "rows that were set aside, each with its bytes and its reasons"
    return _table("quarantine", about, f"{folder}/", QUARANTINE, partitions, projection)


def _table(
    name: str, about: str, location: str, schema: pa.Schema, partitions: Mapping[str, str], more: Mapping[str, str]
) -> TableInputTypeDef:
    return {
        "Name": name,
        "Description": about,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", **more},
        "PartitionKeys": [{"Name": key, "Type": "string", "Comment": what} for key, what in partitions.items()],
        "StorageDescriptor": {
            "Columns": [{"Name": field.name, "Type": hive_type(field.type)} for field in schema],
            "Location": location,
            "InputFormat": f"{_FORMAT}.MapredParquetInputFormat",
            "OutputFormat": f"{_FORMAT}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{_FORMAT}.serde.ParquetHiveSerDe"},
        },
    }


def hive_type(kind: pa.DataType) -> str:
    """A type of Arrow as Glue spells it.

    Raises:
        KeyError: the lake has no such column.

    >>> hive_type(pa.list_(pa.string())), hive_type(pa.int64()), hive_type(pa.decimal128(18, 9))
    ('array<string>', 'bigint', 'decimal(18,9)')
    """
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    plain = {
        pa.string(): "string",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.bool_(): "boolean",
        pa.date32(): "date",
        pa.binary(): "binary",
        pa.timestamp("us"): "timestamp",
    }
    return plain[kind]
