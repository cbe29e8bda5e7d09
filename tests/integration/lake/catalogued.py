"""A database of Glue with the tables that say how a lake fares, and a work group that says where answers lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lake.contract.reading import contracts
from lake.queries.tables import control_tables

if TYPE_CHECKING:
    from tests.ministack import BareMiniStack


def make_control(ministack: BareMiniStack, database: str, root: str) -> None:
    glue = ministack.client("glue")
    glue.create_database(DatabaseInput={"Name": database})
    for table in control_tables(root, contracts()):
        glue.create_table(DatabaseName=database, TableInput=table)


def make_work_group(ministack: BareMiniStack, name: str, root: str) -> None:
    answers = {"ResultConfiguration": {"OutputLocation": f"{root}/queries/"}}
    ministack.client("athena").create_work_group(
        Name=name, Configuration={"EnforceWorkGroupConfiguration": True, **answers}
    )
