"""A load's rows become typed or are set aside, and how many of each is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from divisa.domain.errors import InvalidFile
from lake.ingestion.conversion import LINE, QUARANTINE, convert_file
from lake.ingestion.forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lake.contract.contract import Contract
    from lake.loading.load import Load
    from lake.storage.objects import Objects

_BEGINNING: Final = 4096
"""Bytes of a file that cannot be read at all which its quarantine row repeats; all of it is in bronze."""


class Checked(msgspec.Struct, frozen=True):
    """What the rows of a load are.

    Attributes:
        rows_in: how many there are. A file that is refused as a whole counts as one row.
        typed: how many have the types of the contract.
        quarantine: how many were set aside, by the first reason of each.
        erased: how many went since then with the persons that they were about, by a note that names nobody.
    """

    rows_in: int
    typed: int
    quarantine: dict[str, int]
    erased: dict[str, int] = {}


def check(
    objects: Objects,
    load: Load,
    contracts: Mapping[str, Contract],
    scratch: Path,
    *,
    on_rows: Callable[[int], None] = lambda count: None,
) -> Checked:
    """Type the rows of a load, once; what was found is read again the next time.

    Args:
        objects: the lake.
        load: a load whose bytes are in bronze.
        contracts: all, by dataset.
        scratch: a folder of this call alone.
        on_rows: told now and then how many rows were read until now.
    """
    if objects.find(load.checked) is not None:
        return msgspec.json.decode(objects.read(load.checked), type=Checked)
    rows, aside = scratch / "rows.parquet", scratch / "aside.parquet"
    contract = contracts.get(load.dataset)
    local = scratch / "bronze"
    objects.fetch(load.bronze, local)
    if contract is None:
        checked = _refuse(local, aside, "unknown_dataset", "there is no such dataset; landing/ has a folder for each")
    else:
        try:
            account = convert_file(
                local,
                contract,
                rows,
                aside,
                form=load.form or form_of(load.landed),
                received_at=load.received_at,
                on_rows=on_rows,
            )
            checked = Checked(account.rows_in, account.typed, dict(account.quarantine))
        except InvalidFile as error:
            checked = _refuse(local, aside, "refused_file", str(error))
    if checked.typed:
        objects.put_file(load.typed, rows)
    if checked.quarantine:
        objects.put_file(load.quarantine, aside)
    objects.put(load.checked, msgspec.json.encode(checked))
    return checked


def _refuse(file: Path, aside: Path, reason: str, says: str) -> Checked:
    with file.open("rb") as source:
        row: dict[str, Any] = {LINE: 0, "raw": source.read(_BEGINNING), "reasons": [reason], "says": [says]}
    pq.write_table(pa.Table.from_pylist([row], QUARANTINE), aside, compression="zstd")
    return Checked(1, 0, {reason: 1})
