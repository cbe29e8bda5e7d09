"""Rows in quarantine: looked at, and written out to be repaired and handed in once more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from divisa.domain.errors import InvalidInput
from divisa.domain.feed import LANDING
from lake.ingestion.conversion import LINE
from lake.loading.load import loads_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lake.contract.contract import Contract
    from lake.loading.load import Load
    from lake.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row in quarantine.

    Attributes:
        load: the file that it is of.
        line: at which it begins there, from 1; 0 stands for the file as a whole.
        raw: its bytes as they came.
        reasons: why, the first of which it is counted by.
        says: the same in words.
    """

    load: Load
    line: int
    raw: bytes
    reasons: tuple[str, ...]
    says: tuple[str, ...]


def set_aside(objects: Objects, dataset: str) -> Iterator[SetAside]:
    """The rows of a dataset in quarantine: by file, in the order in which these were received, then by line."""
    for load in loads_of(objects, dataset):
        if objects.find(load.quarantine) is None:
            continue
        for row in pq.read_table(pa.BufferReader(objects.read(load.quarantine))).to_pylist():
            yield SetAside(load, row[LINE], row["raw"], tuple(row["reasons"]), tuple(row["says"]))


def to_repair(contract: Contract, rows: Iterator[SetAside]) -> bytes:
    """Rows in quarantine as a file that can be repaired in an editor and handed in again: CSV as it came.

    Files as a whole are left out, whose content lies in bronze.
    """
    header = contract.feed.delimiter.join(contract.columns).encode() + b"\n" if contract.feed.header else b""
    return header + b"".join(row.raw.rstrip(b"\r\n") + b"\n" for row in rows if row.line > 0)


def hand_in_again(objects: Objects, dataset: str, content: bytes) -> str:
    """Land a repaired file; a run does the rest. The same content twice is one file.

    Returns:
        The key that it landed under.

    Raises:
        InvalidInput: it is empty.
    """
    if not content:
        raise InvalidInput("the repaired file is empty")
    key = f"{LANDING}{dataset}/{hashlib.sha256(content).hexdigest()}/repaired.csv"
    objects.put_new(key, content)
    return key
