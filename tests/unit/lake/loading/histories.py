"""Random rows, and files that have them: some twice, some torn apart, with bad rows in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from tests.unit.lake.loading.small_lake import BAD, Reading, readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from lake.contract.contract import Contract

BEGIN: Final = datetime(2024, 5, 1, tzinfo=UTC)
CONTRACTS: Final = (
    readings(),
    readings(order=True),
    readings(timed_key=True),
    readings(timed_key=True, order=True),
    readings(timed=False),
    readings(timed=False, order=True),
)


@dataclass(frozen=True)
class History:
    """What was handed in.

    Attributes:
        contract: of all files.
        files: the rows of each, in the order in which they come.
    """

    contract: Contract
    files: list[list[Reading]]

    @property
    def good(self) -> list[Reading]:
        """All rows that fit, each once, in some order."""
        return sorted({row for rows in self.files for row in rows if row != BAD})


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
    files = draw(st.lists(some, min_size=1, max_size=5))
    again = draw(st.lists(st.sampled_from(files), max_size=2))
    return History(draw(st.sampled_from(contracts)), draw(st.permutations(files + again)))
