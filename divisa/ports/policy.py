"""Where the knobs of the policy stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from divisa.domain.policy import PolicyRules


class PolicySource(Protocol):
    """The knobs of the policy, which are changed without a deploy."""

    def current(self) -> PolicyRules:
        """The rules as of a minute ago or later; a change that cannot be read is left aside, and reported.

        Raises:
            InvalidSetting: there are none, or they never were right; names what is wrong.
            StoreUnavailable: they cannot be read and never were.
        """
