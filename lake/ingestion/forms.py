"""In which form a file was handed in: what its name, and where it lies, say of what is in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from divisa.domain.errors import InvalidFile


class Form(StrEnum):
    """What is in a file; the value is what its name ends in."""

    CSV = ".csv"
    CSV_GZIP = ".csv.gz"
    JSON_LINES = ".jsonl"
    JSON_LINES_GZIP = ".jsonl.gz"
    WIRE_QUOTES = ".quotes"
    WIRE_TRANSACTIONS = ".transactions"
    WIRE_DECISIONS = ".decisions"
    WIRE_SUGGESTIONS = ".suggestions"
    WIRE_OUTCOMES = ".outcomes"

    @property
    def is_wire(self) -> bool:
        """Whether it is what a stream carries, a line a record, and gzipped or not as its first bytes say."""
        return self.name.startswith("WIRE_")

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV, packed or not."""
        return self in {Form.CSV, Form.CSV_GZIP}

    @property
    def is_gzip(self) -> bool:
        """Whether it has to be gzip."""
        return self.endswith(".gz")


_ALSO: Final = {".json": Form.JSON_LINES, ".json.gz": Form.JSON_LINES_GZIP, **{form.value: form for form in Form}}
_STREAMS: Final = {
    "landing/fx_prices/stream/": ("fx_prices", Form.WIRE_QUOTES),
    "landing/fx_transactions/stream/": ("fx_transactions", Form.WIRE_TRANSACTIONS),
    "landing/fx_decisions/stream/": ("fx_decisions", Form.WIRE_DECISIONS),
    "landing/fx_suggestions/stream/": ("fx_suggestions", Form.WIRE_SUGGESTIONS),
    "landing/fx_outcomes/stream/": ("fx_outcomes", Form.WIRE_OUTCOMES),
    "decisions/": ("fx_decisions", Form.WIRE_DECISIONS),
}
"""Where the streams are delivered to, whose files have names that say nothing."""
_ZONES: Final = ("landing", "bronze")


def form_of(key: str) -> Form:
    """The form of a file by its key in the lake's bucket, or by its name alone.

    A copy elsewhere keeps its form when its name ends in that.

    Raises:
        InvalidFile: its name says none.

    >>> form_of("landing/shop_orders/2024-01.CSV.gz"), form_of("landing/fx_prices/stream/day=2024-01-05/part-1")
    (<Form.CSV_GZIP: '.csv.gz'>, <Form.WIRE_QUOTES: '.quotes'>)
    """
    for folder, (_, form) in _STREAMS.items():
        if key.startswith(folder):
            return form
    name = key.rpartition("/")[2].lower()
    for ending in sorted(_ALSO, key=len, reverse=True):
        if name.endswith(ending):
            return _ALSO[ending]
    raise InvalidFile(
        "the file's name says not what is in it: let it end in .csv or .jsonl, with .gz behind if gzipped"
    )


def dataset_of(key: str) -> str:
    """The dataset that a file is of, by its key in the lake's bucket.

    Raises:
        InvalidFile: it lies neither in `landing/` nor in `bronze/`, nor where a stream is delivered to.

    >>> dataset_of("landing/shop_orders/2024-01.csv"), dataset_of("decisions/day=2024-01-05/part-1")
    ('shop_orders', 'fx_decisions')
    """
    for folder, (dataset, _) in _STREAMS.items():
        if key.startswith(folder):
            return dataset
    zone, _, rest = key.partition("/")
    dataset, _, name = rest.partition("/")
    if zone not in _ZONES or not dataset or not name:
        raise InvalidFile(f"the file lies in no folder of a dataset: put it into {_ZONES[0]}/DATASET/")
    return dataset
