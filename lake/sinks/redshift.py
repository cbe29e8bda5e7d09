"""The warehouse on AWS: Redshift, asked through its Data API, which needs no connection and no password."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import ConcurrentUpdate, InvalidInput, StoreRefused, StoreUnavailable
from lake.sinks import warehouse_sql
from lake.sinks.loaded import Loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_redshift_data import RedshiftDataAPIServiceClient
    from mypy_boto3_redshift_data.type_defs import DescribeStatementResponseTypeDef

    from lake.sinks.settings import RedshiftSettings
    from lake.sinks.table import SinkTable

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
"""Between two questions whether a statement is done: each pause is twice as long as the one before, up to this."""
_LATER: Final = frozenset(
    {
        *("ActiveSessionsExceededException", "ActiveStatementsExceededException", "InternalServerException"),
        *("ThrottlingException", "ServiceUnavailable"),
    }
)
_SERIALIZABLE: Final = "1023"
"""Redshift's number for two transactions of which each saw what the other changed."""


class RedshiftWarehouse:
    """A `Warehouse` in Redshift. The statements of a load are one batch, and so one session and one transaction.

    What Redshift says about a statement that failed may repeat values of rows; errors name the statement's id instead,
    by which it tells more to whoever may ask.

    Args:
        client: boto3's, of `redshift-data`.
        settings: which warehouse, and as whom it reads files.
        sleep: waits for some seconds.
        clock: seconds that only ever grow.
    """

    def __init__(
        self,
        client: RedshiftDataAPIServiceClient,
        settings: RedshiftSettings,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._settings = settings
        self._sleep = sleep
        self._clock = clock

    def load(self, table: SinkTable, parquet: str, *, whole: bool = False) -> Loaded:
        """See `Warehouse`."""
        merge = warehouse_sql.merging(table, whole=whole)
        before = (
            *warehouse_sql.creating(table, warehouse_sql.redshift_layout(table)),
            warehouse_sql.staging(table),
            warehouse_sql.copying(table, parquet, self._settings.redshift_copy_role_arn),
        )
        done = self._batch(table, [*before, *merge, warehouse_sql.unstaging(table)])
        counts = [each.get("ResultRows", 0) for each in done.get("SubStatements", ())]
        _, removed, unchanged, updated, written = counts[len(before) : len(before) + len(merge)]
        return Loaded(written - updated, updated, unchanged, removed)

    def delete_where(self, table: SinkTable, column: str, value: str | int) -> int:
        """See `Warehouse`."""
        erase = warehouse_sql.erasing(table, column)
        self._batch(table, warehouse_sql.creating(table, warehouse_sql.redshift_layout(table)))
        with _answers(table):
            begun = self._client.execute_statement(
                Sql=erase,
                Parameters=[{"name": "value", "value": str(value)}],
                Database=self._settings.redshift_database,
                WorkgroupName=self._settings.redshift_workgroup,
            )
        return self._done(table, begun["Id"])["ResultRows"]

    def _batch(self, table: SinkTable, statements: Sequence[str]) -> DescribeStatementResponseTypeDef:
        with _answers(table):
            begun = self._client.batch_execute_statement(
                Sqls=list(statements),
                Database=self._settings.redshift_database,
                WorkgroupName=self._settings.redshift_workgroup,
                StatementName=table.name,
            )
        return self._done(table, begun["Id"])

    def _done(self, table: SinkTable, number: str) -> DescribeStatementResponseTypeDef:
        """What became of a statement, once it is known."""
        deadline, pause = self._clock() + self._settings.redshift_seconds, FIRST_PAUSE_SECONDS
        while True:
            with _answers(table):
                told = self._client.describe_statement(Id=number)
            match told["Status"]:
                case "FINISHED":
                    return told
                case "FAILED":
                    raise _failure(table, number, told.get("Error", ""))
                case "ABORTED":
                    raise StoreUnavailable(f"{table.name}: the warehouse gave statement {number} up")
            if self._clock() >= deadline:
                with _answers(table):
                    self._client.cancel_statement(Id=number)
                seconds = self._settings.redshift_seconds
                raise StoreUnavailable(f"{table.name}: statement {number} was not done in {seconds:g} s, and given up")
            self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _failure(table: SinkTable, number: str, problem: str) -> Exception:
    if _SERIALIZABLE in problem and "serializable" in problem.lower():
        return ConcurrentUpdate(f"{table.name}: somebody else wrote to it meanwhile (statement {number})")
    if "divi" in problem.lower() and "zero" in problem.lower():  # as `Merge.unique` says it
        return InvalidInput(f"{table.name}: two rows have the same key")
    return StoreRefused(f"{table.name}: the warehouse refused statement {number}")


@contextlib.contextmanager
def _answers(table: SinkTable) -> Iterator[None]:
    """What the Data API says when it cannot or will not."""
    try:
        yield
    except BotoCoreError as error:
        raise StoreUnavailable(f"{table.name}: the warehouse did not answer ({type(error).__name__})") from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _LATER:
            raise StoreUnavailable(f"{table.name}: the warehouse takes nothing now ({code})") from error
        raise StoreRefused(f"{table.name}: the warehouse refused ({code})") from error
