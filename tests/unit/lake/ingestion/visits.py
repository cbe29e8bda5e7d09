"""A small contract, and all that is read of a file of it, whatever blocks it comes in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lake.contract.contract import Column, Contract, Feed
from lake.contract.types import ColumnType
from lake.ingestion.csv_file import read_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lake.ingestion.reading import Block
    from lake.ingestion.records import FileReason, SetAside


def visits(*, header: bool = True, delimiter: str = ",", optional: bool = False) -> Contract:
    text = Column(type=ColumnType("string"), about="something", example="x")
    rare = text.model_copy(update={"optional": True, "nullable": True})
    columns = {"visit": text, **({"note": rare} if optional else {}), "who": text, "why": text}
    return Contract.model_validate(
        {
            "dataset": "visits",
            "about": "somebody came by",
            "owner": "people",
            "feed": Feed(header=header, delimiter=delimiter),
            "columns": columns,
            "key": ("visit",),
            "freshness": "1 day",
        }
    )


class Whole(NamedTuple):
    """All that a file has, whatever blocks it came in."""

    records: list[tuple[int, bytes]]
    set_aside: list[SetAside]
    names: tuple[str, ...]

    @property
    def problems(self) -> list[tuple[int, FileReason]]:
        return [(each.line, each.reason) for each in self.set_aside]


def read(
    content: bytes, contract: Contract | None = None, *, block_bytes: int = 1 << 20, longest: int = 1 << 20
) -> Whole:
    whole = Whole([], [], ())
    file = io.BytesIO(content)
    for part in read_records(file, contract or visits(header=False), block_bytes=block_bytes, longest=longest):
        assert len(part.lines) or part.set_aside, "a part without anything in it"
        whole = Whole(whole.records + list(records_of(part)), whole.set_aside + list(part.set_aside), part.names)
    return whole


def records_of(part: Block) -> Iterator[tuple[int, bytes]]:
    assert part.lines.dtype == np.int64
    assert len(part.lines) == len(part.columns())
    for index, line in enumerate(part.lines.tolist()):
        raw = part.raw(index)
        assert raw.endswith(b"\n")
        yield line, raw[:-1]
