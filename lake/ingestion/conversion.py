"""From a file as it was handed in to typed rows, and to those set aside with their reasons; every row is one or other.

A file is read a block at a time, so that its size does not matter, and blocks are checked beside each other. What comes
out depends on the file alone.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from lake.ingestion.checking import Checker, schema_of
from lake.ingestion.forms import Form
from lake.ingestion.reading import read_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from datetime import datetime
    from pathlib import Path

    from lake.contract.contract import Contract
    from lake.ingestion.reading import Block

FILE: Final = "_load"
"""Beside the contract's columns in silver: the load that a row is of. (Iceberg keeps the name `_file` for itself.)"""
LINE: Final = "_line"
"""Beside the contract's columns: the number of the line, from 1, at which a row begins in its file."""
QUARANTINE: Final = pa.schema(
    [
        pa.field(LINE, pa.int64()),
        pa.field("raw", pa.binary()),
        pa.field("reasons", pa.list_(pa.string())),
        pa.field("says", pa.list_(pa.string())),
    ]
)
"""What is kept of a row that was set aside."""
WORKERS: Final = 2
_IN_FLIGHT: Final = 3


@dataclass(slots=True)
class Account:
    """What became of the rows of a file.

    Attributes:
        rows_in: how many it has.
        typed: how many have the types of the contract.
        quarantine: how many were set aside, by the first reason of each.
    """

    rows_in: int = 0
    typed: int = 0
    quarantine: Counter[str] = field(default_factory=Counter)

    @property
    def unaccounted(self) -> int:
        """Rows of which nobody knows what became: 0, or something is wrong."""
        return self.rows_in - self.typed - self.quarantine.total()


@dataclass(frozen=True, slots=True)
class _Typed:
    """What became of one block."""

    rows_in: int
    rows: pa.Table
    aside: list[dict[str, Any]]


def convert_file(
    file: Path,
    contract: Contract,
    rows: Path,
    quarantine: Path,
    *,
    received_at: datetime,
    form: Form = Form.CSV,
    on_rows: Callable[[int], None] = lambda count: None,
) -> Account:
    """Write the good rows of a file into one Parquet file, and those that are set aside into another.

    Args:
        file: rows of the contract.
        contract: what is in it.
        rows: where typed rows go, with `LINE` behind the contract's columns, in the order of the file.
        quarantine: where the others go, as `QUARANTINE`, in the order of the file.
        received_at: when it was handed in, UTC: a row that happened more than a day later is set aside.
        form: what is in the file.
        on_rows: told after each block how many rows were read until now.

    Raises:
        InvalidFile: the file as a whole is not of the contract. Then, or when it is interrupted, nothing is written.
    """
    account = Account()
    drafts = [path.with_name(f"{path.name}.part") for path in (rows, quarantine)]
    try:
        with (
            file.open("rb") as source,
            _writer(drafts[0], contract) as good,
            pq.ParquetWriter(drafts[1], QUARANTINE, compression="zstd") as bad,
        ):
            for typed in _in_order(read_blocks(source, contract, form), contract, received_at):
                good.write_table(typed.rows)
                if typed.aside:
                    bad.write_table(pa.Table.from_pylist(typed.aside, QUARANTINE))
                account.typed += len(typed.rows)
                account.quarantine.update(row["reasons"][0] for row in typed.aside)
                account.rows_in += typed.rows_in
                on_rows(account.rows_in)
        for draft, path in zip(drafts, (rows, quarantine), strict=True):
            draft.rename(path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return account


def _writer(file: Path, contract: Contract) -> pq.ParquetWriter:
    """Writes typed rows; moments and lines, which mostly rise, as what each is more than the one before."""
    schema = schema_of(contract).append(pa.field(LINE, pa.int64()))
    rising = [each.name for each in schema if each.name == LINE or pa.types.is_timestamp(each.type)]
    others = [name for name in schema.names if name not in rising]
    encoding = dict.fromkeys(rising, "DELTA_BINARY_PACKED")
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=others, column_encoding=encoding)


def _in_order(blocks: Iterator[Block], contract: Contract, received_at: datetime) -> Iterator[_Typed]:
    """Type blocks beside each other; what comes of them is in their order."""
    own = threading.local()

    def typed(block: Block) -> _Typed:
        if not hasattr(own, "checker"):
            own.checker = Checker(contract, block.names, received_at=received_at)
        return _typed(block, own.checker)

    with ThreadPoolExecutor(WORKERS) as pool:
        running: deque[Future[_Typed]] = deque()
        for block in blocks:
            running.append(pool.submit(typed, block))
            if len(running) == _IN_FLIGHT:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _typed(block: Block, checker: Checker) -> _Typed:
    checked = checker.check(block.columns())
    lines = block.lines
    aside = [_set_aside(each.line, each.raw, [(each.reason, each.says)]) for each in block.set_aside]
    for refused in checked.refused:
        why = [(problem.reason, problem.words) for problem in refused.problems]
        aside.append(_set_aside(int(lines[refused.index]), block.raw(refused.index), why))
    aside.sort(key=itemgetter(LINE))
    rows = checked.rows.append_column(LINE, pa.array(lines[checked.kept]))
    return _Typed(len(lines) + len(block.set_aside), rows, aside)


def _set_aside(line: int, raw: bytes, why: list[tuple[str, str]]) -> dict[str, Any]:
    return {LINE: line, "raw": raw, "reasons": [reason for reason, _ in why], "says": [says for _, says in why]}
