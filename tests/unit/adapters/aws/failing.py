"""A boto3 client that answers as it is told: the failures of AWS that no emulator shows."""

from __future__ import annotations

from collections import deque
from typing import Any

from botocore.exceptions import ClientError


def client_error(code: str, status: int, message: str = "said AWS", **extra: Any) -> ClientError:
    """What boto3 raises for an answer with an error."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **extra,
    }
    return ClientError(answer, "Operation")


class Scripted:
    """Every method call takes the next step of the script: an exception is raised, anything else is returned.

    Attributes:
        calls: the arguments of each call.
    """

    def __init__(self, *steps: Any) -> None:
        self._steps = deque(steps)
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(**arguments: Any) -> Any:
            self.calls.append(arguments)
            step = self._steps.popleft()
            if isinstance(step, Exception):
                raise step
            return step

        return call
