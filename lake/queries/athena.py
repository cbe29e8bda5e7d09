"""Athena, asked the named queries."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pyathena.connection import Connection
from pyathena.error import Error

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.domain.errors import QueryFailed, StoreUnavailable
from lake.queries.catalogue import query_named
from lake.queries.results import arrow_table, arrow_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from lake.queries.catalogue import Databases, Statement

POLL_SECONDS: Final = 0.3
_REFUSED: Final = "InvalidRequestException"


class Athena:
    """Asks Athena; every answer is read to its end, so a query has to be one that sums up."""

    def __init__(
        self,
        databases: Databases,
        *,
        work_group: str,
        client_settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Ask in a work group.

        Args:
            databases: what the queries' databases are called.
            work_group: of Athena, which bounds what a query may read, and says where answers are written.
            client_settings: of `boto3.client`, behind the service's name; the environment says what they leave out.
        """
        self._databases = databases
        self._connection = Connection(work_group=work_group, poll_interval=POLL_SECONDS, **client_settings)

    def run(self, name: str, given: Mapping[str, str]) -> pa.Table:
        """The answer to a named query, with its columns' types; moments are in UTC without a zone.

        Args:
            name: the query's.
            given: what it wants to be told, by name, as text.

        Raises:
            InvalidInput: there is no such query, or a value is missing, unknown or of another type.
            QueryFailed: Athena could not do it; says why in its words.
            StoreUnavailable: Athena did not answer; asking again is safe.
        """
        return self.answer(query_named(name).statement(self._databases, given))

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def answer(self, statement: Statement) -> pa.Table:
        """The answer to a statement.

        Raises:
            QueryFailed: Athena could not do it; says why in its words.
            StoreUnavailable: Athena did not answer; asking again is safe.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement.sql, list(statement.parameters) or None, paramstyle="qmark")
                columns = [(each[0], arrow_type(each[1], each[4], each[5])) for each in cursor.description or ()]
                return arrow_table(columns, cursor.fetchall())
        except (Error, *AWS_ERRORS) as error:
            raise _failure(error) from error


def _failure(error: Exception) -> QueryFailed | StoreUnavailable:
    """What went wrong, in our words; Athena's own where it was the query."""
    cause = error if isinstance(error, AWS_ERRORS) else error.__cause__
    if isinstance(cause, ClientError | BotoCoreError) and code_of(cause) != _REFUSED:
        return StoreUnavailable(f"Athena did not answer: {code_of(cause)}")
    return QueryFailed(str(error))
