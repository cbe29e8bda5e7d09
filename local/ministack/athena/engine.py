"""One statement from its text to its result."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from divisa.domain.errors import InvalidInput
from local.ministack.athena.catalog import catalog_of
from local.ministack.athena.selecting import Selecting
from local.ministack.athena.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.ministack.athena.results import Result


def run(
    statement: str, *, parameters: Sequence[str], database: str, output: str, endpoint_url: str, region: str
) -> Result:
    """Run a statement on the tables of a region.

    Args:
        statement: in Athena's dialect.
        parameters: for each `?` in it the text of a literal.
        database: the database of what it names without one.
        output: the address that files go to where it names none; ends with a slash.
        endpoint_url: where MiniStack answers.
        region: the region.

    Raises:
        InvalidInput: it cannot be run; as Athena says it.
    """
    catalog = catalog_of(endpoint_url, region)
    with tempfile.TemporaryDirectory(prefix="athena-") as folder:
        selecting = Selecting(catalog, database, Path(folder))
        try:
            return Statements(catalog, selecting, database, output, Path(folder)).execute(statement, parameters)
        except duckdb.Error as error:
            raise InvalidInput(f"{_CODES.get(type(error), 'GENERIC_USER_ERROR')}: {error}") from error
        finally:
            selecting.close()


_CODES: dict[type[duckdb.Error], str] = {
    duckdb.BinderException: "COLUMN_NOT_FOUND",
    duckdb.CatalogException: "FUNCTION_NOT_FOUND",
    duckdb.ConversionException: "HIVE_BAD_DATA",
    duckdb.InvalidInputException: "HIVE_BAD_DATA",
    duckdb.ParserException: "SYNTAX_ERROR",
}
