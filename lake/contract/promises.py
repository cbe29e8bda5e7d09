"""The page of the docs that says what is promised of each dataset: `python -m lake.contract.promises`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lake.contract.page import lasting
from lake.contract.reading import contracts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from lake.contract.contract import Contract

PAGE: Final = Path(__file__).parents[2] / "docs" / "lake-promises.md"
_BEGINNING: Final = """\
# What the lake promises

Written from the contracts in `lake/contracts` by `python -m lake.contract.promises`: change those, not this page.

Of every dataset no row is lost: each that came in is in silver, outdone by another one of its key, late, set aside,
too old to be kept, or erased with the person that it was about; `unaccounted` is 0.

| dataset | owner | something new every | set aside at most | late from | kept for |
| --- | --- | --- | --- | --- | --- |
"""
_END: Final = """
"Late from" is how long before the newest row one happened that is kept apart until a backfill. "Set aside" is the part
of a day's rows after which the owner is told. Markets are open from Sunday to Friday 17:00, New York, and a promise for
market hours counts once they have been open for as long as promised.

## How it is measured, and what happens

- **No row is lost.** After each run every row is looked for in the tables: `unaccounted` of `divisa lake status`. If
  one is nowhere the run fails with `RowsUnaccounted`, alarm `loading-failed`; see
  [when a run fails](lake.md#when-a-run-fails).
- **Something new.** The age of the newest file that is in tables: `divisa lake status`, metric `LakeDatasetAge` by
  `dataset`, and each quarter of an hour `LakeDatasetsStale`. What is stale for an hour rings the alarm `lake-stale`;
  who is on duty looks at [the door](lake-doors.md), then asks the owner. Tables keep what they have.
- **Not too much set aside.** Of the rows that came within a day of the newest file: `LakeDatasetsUnclean`, alarm
  `lake-unclean`. `divisa lake quarantine DATASET` has the rows with reasons; the owner mends the source, and may have
  them repaired and handed in again.
- **Late rows stay.** `divisa lake status` counts them, and nobody is told: `divisa lake backfill` merges them.
- **Kept for so long, and no longer.** Each night; `expired` of `divisa lake status --json` counts what is gone. If the
  upkeep fails, alarm `upkeep-failed`, the next one does it. This is about silver, gold and late rows: what was received
  lies in `bronze/` as it came and in `typed/` as it was read, for whoever has to prove it.
- **Nobody is left who was erased.** Each night, whoever was marked by then: [erasure](lake-erasure.md). If that fails,
  alarm `upkeep-failed`, the next one goes on.
"""


def page(every: Iterable[Contract]) -> str:
    """The page of some contracts, in Markdown."""
    return _BEGINNING + "".join(f"{_row(contract)}\n" for contract in every) + _END


def _row(contract: Contract) -> str:
    new = lasting(contract.freshness) + (", in market hours" if contract.market_hours else "")
    cells = (
        f"[{contract.dataset}](datasets.md#{contract.dataset})",
        contract.owner,
        new,
        f"{100 * contract.tolerated:g} %",
        _lasting(contract.merge_window, "never"),
        _lasting(contract.keep, "ever"),
    )
    return f"| {' | '.join(cells)} |"


def _lasting(span: timedelta | None, otherwise: str) -> str:
    return otherwise if span is None else lasting(span)


if __name__ == "__main__":
    PAGE.write_text(page(contracts().values()), encoding="utf-8")
