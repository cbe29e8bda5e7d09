"""The knobs of the policy in a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from divisa.domain.policy import PolicyRules


class MemoryPolicySource:
    """`PolicySource` of one process."""

    def __init__(self, rules: PolicyRules) -> None:
        self._rules = rules

    def current(self) -> PolicyRules:
        """The rules as of now."""
        return self._rules

    def change(self, rules: PolicyRules) -> None:
        """Set other rules."""
        self._rules = rules
