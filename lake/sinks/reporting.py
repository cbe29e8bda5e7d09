"""Reports asked of a database that rows were loaded into: one file of SQL each, which PostgreSQL and Redshift speak."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from lake.sinks.refusals import refusals

if TYPE_CHECKING:
    from sqlalchemy import Connection

HOME: Final = Path(__file__).with_name("reports")


class Report(StrEnum):
    """The reports that there are; each file says what its rows are. The tables are those of the search path."""

    HIRES_BY_QUARTER = "hires_by_quarter"
    DEPARTMENTS_ABOVE_MEAN = "departments_above_mean"
    ENERGY_MARGIN = "energy_margin"

    @property
    def sql(self) -> str:
        """Its query, with the parameter `:year`."""
        return (HOME / f"{self}.sql").read_text(encoding="utf-8")


def report(connection: Connection, which: Report, year: int) -> list[dict[str, Any]]:
    """The rows of a report about a year in their order, each by the names of its columns.

    Raises:
        StoreUnavailable: the database did not answer.
        StoreRefused: it refused: a table was never loaded, or must not be read.
    """
    with refusals(which):
        return [dict(row) for row in connection.execute(text(which.sql), {"year": year}).mappings()]
