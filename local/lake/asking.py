"""Named questions to a laptop cloud's lake, answered by its Athena."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from lake.queries.athena import Athena
from lake.queries.catalogue import Databases

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from local.cloud import LaptopCloud


def asked(cloud: LaptopCloud, name: str, given: Mapping[str, str]) -> pa.Table:
    """The answer to a question, shape (rows, columns).

    Args:
        cloud: runs.
        name: of the query.
        given: what it wants to be told, as text, by name.

    Raises:
        InvalidInput: there is no such query, or it is told something wrong.
        StoreUnavailable: Athena did not answer.
    """
    deployed = cloud.deployment
    databases = Databases(deployed.silver_database_name, deployed.gold_database_name, deployed.control_database_name)
    settings = cloud.addresses.client_settings("athena")
    with closing(Athena(databases, work_group=deployed.lake_work_group_name, client_settings=settings)) as athena:
        return athena.run(name, given)
