"""The rows of a file in whatever form it was handed in, a block at a time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, Protocol

from lake.ingestion.csv_file import read_records
from lake.ingestion.forms import Form
from lake.ingestion.objects import object_decoder
from lake.ingestion.rows import read_rows
from lake.ingestion.unpacking import Unpacked, is_gzip
from lake.ingestion.wire.decisions import decision_columns
from lake.ingestion.wire.outcomes import outcome_columns
from lake.ingestion.wire.quotes import quote_columns
from lake.ingestion.wire.suggestions import suggestion_columns
from lake.ingestion.wire.transactions import transaction_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from lake.contract.contract import Contract
    from lake.ingestion.records import SetAside
    from lake.ingestion.rows import Decode

_WIRE: Final[Mapping[Form, Decode]] = {
    Form.WIRE_QUOTES: quote_columns,
    Form.WIRE_TRANSACTIONS: transaction_columns,
    Form.WIRE_DECISIONS: decision_columns,
    Form.WIRE_SUGGESTIONS: suggestion_columns,
    Form.WIRE_OUTCOMES: outcome_columns,
}


class Block(Protocol):
    """Some rows of a file, in its order."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the file has."""

    @property
    def lines(self) -> NDArray[np.int64]:
        """The number of the line where each row begins, from 1, int64, shape (n,)."""

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """What lies between them and is no row."""

    def columns(self) -> pa.Table:
        """Their texts as columns of strings by their names, shape (n,)."""

    def raw(self, index: int) -> bytes:
        """A row as it stood in the file."""


def read_blocks(file: BinaryIO, contract: Contract, form: Form) -> Iterator[Block]:
    """Read a file.

    Args:
        file: the file, at its beginning.
        contract: what it is of.
        form: what is in it.

    Raises:
        InvalidFile: at once or with the first block, when the file as a whole is not of this form and contract; with a
            later one, when it is gzip that is damaged, cut short, or unpacks to more than a table does.
    """
    if form.is_gzip or (form.is_wire and is_gzip(file)):
        file = io.BufferedReader(Unpacked(file))
    if form.is_csv:
        return read_records(file, contract)
    return read_rows(file, contract, _WIRE[form] if form.is_wire else object_decoder(contract))
