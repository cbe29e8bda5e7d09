"""Which models were promoted and taken back: the versions of one parameter, whose value is the live artefact's key.

The stack reads the same parameter, so that a deployment finds the model that was promoted and not the one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from divisa.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_ssm.client import SSMClient

NONE: Final = "none"
"""The parameter's value before there is a model; Parameter Store takes no empty one."""
PROMOTED, ROLLED_BACK = "promoted", "rolled back"


class Change(NamedTuple):
    """One version of the parameter.

    Attributes:
        key: of the artefact that went live.
        how: `promoted` or `rolled back`.
    """

    key: str
    how: str


def live_stack(changes: Iterable[Change]) -> list[str]:
    """Keys of what is live and of what was before it, the oldest first: a rollback takes the newest away.

    >>> live_stack([Change("a", PROMOTED), Change("b", PROMOTED), Change("a", ROLLED_BACK), Change("c", PROMOTED)])
    ['a', 'c']
    """
    stack: list[str] = []
    for change in changes:
        if change.how == ROLLED_BACK:
            del stack[-1:]
        if change.key != NONE and stack[-1:] != [change.key]:
            stack.append(change.key)
    return stack


class History:
    """The parameter of one stage."""

    def __init__(self, client: SSMClient, parameter: str) -> None:
        self._client = client
        self._parameter = parameter

    def live_stack(self) -> list[str]:
        """As the function of this name; empty before the first promotion.

        Raises:
            StoreUnavailable: the parameter cannot be read.
        """
        try:
            pages = self._client.get_paginator("get_parameter_history").paginate(Name=self._parameter)
            versions = [version for page in pages for version in page["Parameters"]]
        except (ClientError, BotoCoreError) as error:
            if "ParameterNotFound" in str(error):
                return []
            raise StoreUnavailable(f"the parameter {self._parameter}: {error}") from error
        ordered = sorted(versions, key=lambda version: version["Version"])
        return live_stack(Change(version["Value"], version.get("Description", PROMOTED)) for version in ordered)

    def write(self, change: Change) -> None:
        """Add a version.

        Raises:
            StoreUnavailable: the parameter cannot be written.
        """
        try:
            self._client.put_parameter(
                Name=self._parameter, Value=change.key, Description=change.how, Type="String", Overwrite=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable(f"the parameter {self._parameter}: {error}") from error
