"""Gold tables made anew of silver ones, and of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.domain.errors import ConcurrentUpdate
from lake.engines.session import Table, silver
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lake.contract.contract import Contract
    from lake.engines.session import Session

TRIES: Final = 8
"""How often a table is made where others make the same one at the same time."""


def refresh(session: Session, contracts: Mapping[str, Contract], name: str) -> None:
    """Make a gold table anew. What it reads has to be made before.

    Args:
        session: has silver and gold.
        contracts: all, by dataset.
        name: the gold table's.

    Raises:
        ConcurrentUpdate: others made it again and again meanwhile.
    """
    transformation = transformations()[name]
    for each in transformation.inputs:
        table = silver(contracts[each]) if each in contracts else gold(each)
        session.name(each, session.prepare(table))
    made = session.prepare(gold(name))
    for attempt in range(1, TRIES + 1):
        try:
            session.replace(made, transformation.sql)
        except ConcurrentUpdate:
            if attempt == TRIES:
                raise
        else:
            return


def gold(name: str) -> Table:
    """A gold table as it has to be."""
    return Table("gold", name, transformations()[name].columns)
