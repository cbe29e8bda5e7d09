"""The knobs of the policy in an SSM parameter."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.failures import AWS_ERRORS, code_of
from divisa.adapters.wire.policy import policy_rules_from_json
from divisa.domain.errors import InvalidSetting, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm import SSMClient

    from divisa.domain.policy import PolicyRules

REREAD: Final = 60.0
"""Seconds for which the rules are kept: a change is followed within a minute, and SSM is asked once in it."""
_MISSING: Final = "ParameterNotFound"


class SsmPolicySource:
    """`PolicySource` in one parameter, a JSON document; safe to share between threads."""

    def __init__(
        self,
        client: SSMClient,
        parameter: str,
        report: Callable[[str], None],
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow the parameter.

        Args:
            client: asks SSM.
            parameter: its name.
            report: called with what is wrong, each time that a change cannot be taken and the rules before it count.
            seconds: tells how time passes.
        """
        self._client = client
        self._parameter = parameter
        self._report = report
        self._seconds = seconds
        self._rules: PolicyRules | None = None
        self._read_at = 0.0
        self._lock = Lock()

    def current(self) -> PolicyRules:
        """The rules that the parameter says, or said when it was last right.

        Raises:
            InvalidSetting: there is no parameter, or it never was right; names it, and the knob that is wrong.
            StoreUnavailable: it cannot be read and never was.
        """
        with self._lock:
            if self._rules is None or self._seconds() - self._read_at >= REREAD:
                self._rules = self._read(self._rules)
                self._read_at = self._seconds()
            return self._rules

    def _read(self, before: PolicyRules | None) -> PolicyRules:
        try:
            return policy_rules_from_json(self._text())
        except (InvalidSetting, StoreUnavailable) as error:
            if before is None:
                raise
            self._report(str(error))
            return before

    def _text(self) -> str:
        try:
            return self._client.get_parameter(Name=self._parameter)["Parameter"]["Value"]
        except AWS_ERRORS as error:
            if code_of(error) == _MISSING:
                raise InvalidSetting(self._parameter, "there is no such parameter") from error
            raise StoreUnavailable(f"the policy {self._parameter} cannot be read: {code_of(error)}") from error
