"""The tables of the lake that are no Iceberg tables, as Glue takes them: the accounts of rows, and the quarantine."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import StoreUnavailable
from lake.ingestion.conversion import QUARANTINE
from lake.loading import load
from lake.loading.accounting import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_glue.client import GlueClient
    from mypy_boto3_glue.type_defs import TableInputTypeDef

BEGINNING: Final = "2024-01-01"
"""The first day whose quarantine is looked at; no file was received before."""
_FORMAT: Final = "org.apache.hadoop.hive.ql.io.parquet"


def prepare(glue: GlueClient, database: str, root: str, datasets: Iterable[str]) -> None:
    """See to it that Glue knows the database and its tables as they have to be; to do it again changes nothing.

    Args:
        glue: the catalog.
        database: what it calls the database.
        root: where the lake's folders lie, such as `s3://lake`.
        datasets: all that have contracts.

    Raises:
        StoreUnavailable: Glue did not answer, or refused.
    """
    try:
        with suppress(glue.exceptions.AlreadyExistsException):
            glue.create_database(DatabaseInput={"Name": database, "Description": "How the lake fares"})
        for table in control_tables(root, datasets):
            try:
                glue.create_table(DatabaseName=database, TableInput=table)
            except glue.exceptions.AlreadyExistsException:
                glue.update_table(DatabaseName=database, TableInput=table)
    except AWS_ERRORS as error:
        raise StoreUnavailable(f"Glue did not answer: {code_of(error)}") from error


def control_tables(root: str, datasets: Iterable[str]) -> tuple[TableInputTypeDef, ...]:
    """What Glue has to know of `accounts` and `quarantine`.

    The quarantine is partitioned by dataset and by the day on which a file was received. Which partitions there are is
    said here once, by projection: no one has to tell Glue of a new one.

    Args:
        root: where the lake's folders lie, such as `s3://lake`.
        datasets: all that have contracts.
    """
    return _accounts(root), _quarantine(root, (*datasets, load.UNKNOWN))


def _accounts(root: str) -> TableInputTypeDef:
    return _table("accounts", "what became of the rows of each load", f"{root}/{load.ACCOUNTS}/", SCHEMA, {}, {})


def _quarantine(root: str, datasets: Iterable[str]) -> TableInputTypeDef:
    folder = f"{root}/{load.QUARANTINE}"
    partitions = {"dataset": "whose row it would have been", "load_date": "when its file was received, UTC"}
    projection = {
        "projection.enabled": "true",
        "projection.dataset.type": "enum",
        "projection.dataset.values": ",".join(datasets),
        "projection.load_date.type": "date",
        "projection.load_date.format": "yyyy-MM-dd",
        "projection.load_date.range": f"{BEGINNING},NOW",
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

    >>> hive_type(pa.list_(pa.string())), hive_type(pa.int64())
    ('array<string>', 'bigint')
    """
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    plain = {pa.string(): "string", pa.int64(): "bigint", pa.binary(): "binary", pa.timestamp("us"): "timestamp"}
    return plain[kind]
