"""Has a state machine wait for its turn where a function is called as often as it may be, and then say so as AWS does.

AWS refuses such a call at once, and the machine's retries, each after a random time, spread them. MiniStack retries all
of them at the same moments, of which one succeeds each time.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.services import stepfunctions

PATIENCE_SECONDS = 30.0
_REFUSED = "ReservedFunctionConcurrentInvocationLimitExceeded"


def patch() -> None:
    """Put this in the place of what MiniStack does, which calls this error unknown."""
    call = stepfunctions._call_lambda

    def call_lambda(function: str, event: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return call(function, event)
            except stepfunctions._ExecutionError as error:
                if _REFUSED not in error.cause:
                    raise
                if time.monotonic() > deadline:
                    raise stepfunctions._ExecutionError("Lambda.TooManyRequestsException", error.cause) from error
                time.sleep(0.05)

    stepfunctions._call_lambda = call_lambda
