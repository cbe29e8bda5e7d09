"""Gold tables made anew of silver ones, and of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lake.engines.session import Table, silver
from lake.loading.merging import persistently, prepared
from lake.transformations.catalogue import transformations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lake.contract.contract import Contract
    from lake.engines.session import Session


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
        session.name(each, prepared(session, table))
    made = prepared(session, gold(name))
    persistently(lambda: session.replace(made, transformation.sql))


def gold(name: str) -> Table:
    """A gold table as it has to be."""
    return Table("gold", name, transformations()[name].columns)
