"""What the rules say, one by one and together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.suggestion import Suppression

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule says.

    Attributes:
        rule: its name.
        reason: why not; None when it has nothing against it.
    """

    rule: str
    reason: Suppression | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules say.

    Attributes:
        outcomes: one a rule, in the order of the rules.
        quiet_end: when the person's quiet hours end, UTC, whatever the other rules say; None when it is not quiet.
    """

    outcomes: tuple[RuleOutcome, ...]
    quiet_end: datetime | None = None

    @property
    def suppressed(self) -> Suppression | None:
        """Why the person is not told, now or later; None when only quiet hours, or nothing, speak against it."""
        reasons = (outcome.reason for outcome in self.outcomes)
        return next((reason for reason in reasons if reason not in {None, Suppression.QUIET_HOURS}), None)

    @property
    def quiet_until(self) -> datetime | None:
        """Until when the person is left in peace, UTC, where nothing else speaks against telling them; else None."""
        return self.quiet_end if self.suppressed is None else None
