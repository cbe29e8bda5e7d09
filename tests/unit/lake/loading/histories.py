"""Random rows, and files of every form that have them: some twice, some torn apart, with bad rows in between."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from lake.ingestion.forms import Form
from tests.unit.lake.loading.small_lake import BAD, Reading, csv_of, readings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from lake.contract.contract import Contract
    from lake.storage.objects import Objects

BEGIN: Final = datetime(2024, 5, 1, tzinfo=UTC)
CONTRACTS: Final = (
    readings(),
    readings(order=True),
    readings(timed_key=True),
    readings(timed_key=True, order=True),
    readings(timed=False),
    readings(timed=False, order=True),
)


FORMS: Final = (Form.CSV, Form.CSV_GZIP, Form.JSON_LINES, Form.JSON_LINES_GZIP)


class Then(Enum):
    """What happens when a file has landed."""

    WAIT = "nothing"
    RUN = "a run"
    RUN_TWICE = "two runs at once"


@dataclass(frozen=True)
class File:
    """A file that was handed in.

    Attributes:
        rows: in their order.
        form: what it is written as.
        then: what happens when it has landed.
    """

    rows: tuple[Reading, ...]
    form: Form = Form.CSV
    then: Then = Then.WAIT

    def content(self, contract: Contract) -> bytes:
        """Its bytes, the same ones for the same rows in the same form."""
        if self.form.is_csv:
            plain = csv_of(contract, self.rows)
        else:
            plain = b"".join(as_object(row._asdict()) for row in self.rows)
        return gzip.compress(plain, mtime=0) if self.form.is_gzip else plain


def as_object(row: Mapping[str, str]) -> bytes:
    """A row as a line of JSON; what is missing is not in it."""
    return json.dumps({name: value for name, value in row.items() if value}, ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True)
class History:
    """What was handed in.

    Attributes:
        contract: of all files.
        files: in the order in which they come.
    """

    contract: Contract
    files: list[File]

    @property
    def good(self) -> list[Reading]:
        """All rows that fit, each once, in some order."""
        return sorted({row for file in self.files for row in file.rows if row != BAD})

    @property
    def loads(self) -> set[tuple[tuple[Reading, ...], Form]]:
        """What files differ by: those with the same rows in the same form are one load."""
        return {(file.rows, file.form) for file in self.files}

    def hand_in(self, objects: Objects, number: int, dataset: str) -> Then:
        """Let a file land; tells what happens then."""
        file = self.files[number]
        objects.put(f"landing/{dataset}/{number}{file.form}", file.content(self.contract))
        return file.then


def _readings(days: int) -> SearchStrategy[Reading]:
    """Rows of few keys within so many days."""
    moments = st.integers(0, 4).map(lambda part: f"{BEGIN + part * timedelta(days=days) / 4:%Y-%m-%dT%H:%M:%S.%fZ}")
    return st.builds(
        Reading,
        sensor=st.sampled_from(["s1", "s2", "s3"]),
        at=moments,
        version=st.sampled_from(["1", "2"]),
        level=st.sampled_from(["", "-1.50", "0", "10"]),
        share=st.sampled_from(["", "0.1", "-1e300"]),
        day=st.sampled_from(["", "1999-12-31", "2024-02-29"]),
        good=st.sampled_from(["", "true", "false"]),
        note=st.sampled_from(["", "a", 'it\'s, "so"', "ä"]),
    )


@st.composite
def histories(draw: DrawFn, contracts: Sequence[Contract] = CONTRACTS, days: int = 3) -> History:
    """What may be handed in, at least one file.

    Args:
        draw: of hypothesis.
        contracts: of which one it is.
        days: within which all rows happened.
    """
    rows = draw(st.lists(_readings(days), min_size=1, max_size=12))
    some = st.lists(st.one_of(st.sampled_from(rows), st.sampled_from(rows), st.just(BAD)), min_size=1, max_size=8)
    files = draw(
        st.lists(
            st.builds(File, some.map(tuple), st.sampled_from(FORMS), st.sampled_from(Then)), min_size=1, max_size=5
        )
    )
    again = draw(st.lists(st.sampled_from(files), max_size=2))
    return History(draw(st.sampled_from(contracts)), draw(st.permutations(files + again)))
