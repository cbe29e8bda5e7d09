"""Which datasets there are: a contract each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).parents[1] / "contracts"


def datasets(folder: Path = HOME) -> tuple[str, ...]:
    """Their names in alphabetical order; contracts are not read for it.

    >>> datasets()[:2]
    ('device_positions', 'energy_customers')
    """
    return tuple(sorted(path.stem for path in folder.glob("*.yml")))
