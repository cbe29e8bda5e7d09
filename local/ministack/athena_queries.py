"""Runs the queries of MiniStack's Athena by our engine, which is imported with the first of them."""

from __future__ import annotations

import json
import logging
import os
import time
from typing import TYPE_CHECKING, Any

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_region
from ministack.services import athena, s3

from divisa.domain.errors import InvalidInput

if TYPE_CHECKING:
    from local.ministack.athena.results import Result

_log = logging.getLogger(__name__)


def patch() -> None:
    """Put this in the place of what MiniStack does."""
    start = athena._start_query_execution

    def start_query_execution(request: dict[str, Any]) -> Any:
        location = _output(request)
        if location:
            request = {**request, "ResultConfiguration": {"OutputLocation": location}}
        answer = start(request)
        if answer[0] < 400:
            # The execution is looked at when this has returned.
            execution = athena._executions[json.loads(answer[2])["QueryExecutionId"]]
            execution["ExecutionParameters"] = request.get("ExecutionParameters") or []
        return answer

    athena._start_query_execution, athena._execute_query = start_query_execution, execute


async def execute(query_id: str, query: str, database: str, ddl: Any, catalog: str | None = None) -> None:
    """Run a query that was started, and keep what it answers or why it failed."""
    execution = athena._executions[query_id]
    status, began = execution["Status"], time.time()
    status["State"] = "RUNNING"
    try:
        if ddl is not None and not getattr(ddl, "iceberg", False):
            answer = athena._run_ddl(ddl, database)
            columns, types, rows = answer["columns"], answer["column_types"], answer["rows"]
            text = ""
        else:
            result = await run_reentrant(_run, execution, query, database, thread_name="athena-query")
            columns, types, rows, text = result.columns, result.types, result.rows, result.csv()
        if status["State"] == "RUNNING":
            _write(execution["ResultConfiguration"]["OutputLocation"], text)
            execution["_results"] = {"columns": list(columns), "rows": [list(row) for row in rows]}
            execution["_column_types"] = list(types)
            status["State"] = "SUCCEEDED"
    except (InvalidInput, ValueError) as error:
        _fail(execution, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the query has failed and who waits for it must be told
        _log.exception("Query %s", query_id)
        _fail(execution, f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}")
    status["CompletionDateTime"] = time.time()
    taken = int((status["CompletionDateTime"] - began) * 1000)
    execution["Statistics"].update(EngineExecutionTimeInMillis=taken, TotalExecutionTimeInMillis=taken)


def _output(request: dict[str, Any]) -> str | None:
    # What a work group enforces goes before what the request says.
    group = (athena._workgroups.get(request.get("WorkGroup", "primary")) or {}).get("Configuration") or {}
    own = (request.get("ResultConfiguration") or {}).get("OutputLocation")
    shared = (group.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = str(group.get("EnforceWorkGroupConfiguration", False)).lower() == "true"
    location = shared if shared and (enforced or not own) else own
    return f"{location.rstrip('/')}/" if location else None


def _run(execution: dict[str, Any], query: str, database: str) -> Result:
    from local.ministack.athena.engine import run

    return run(
        query,
        parameters=execution.get("ExecutionParameters", []),
        database=database,
        output=execution["ResultConfiguration"]["OutputLocation"].rpartition("/")[0] + "/",
        endpoint_url=f"http://{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}",
        region=get_region(),
    )


def _write(address: str, text: str) -> None:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    answer = s3._put_object(bucket, key, text.encode(), {"content-type": "text/csv"})
    if answer[0] >= 300:
        raise InvalidInput(f"Unable to write the result to {address}: {answer[2].decode(errors='replace')}")


def _fail(execution: dict[str, Any], reason: str) -> None:
    if execution["Status"]["State"] != "CANCELLED":
        execution["Status"].update(
            State="FAILED",
            StateChangeReason=reason,
            AthenaError={"ErrorCategory": 2, "ErrorType": 1, "Retryable": False, "ErrorMessage": reason},
        )
