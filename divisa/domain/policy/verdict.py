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
        """Why the person is not told, now or later; None when only quiet hours, or nothing, speak against it.

        In quiet hours nobody is held out yet, but held like everybody else and judged again when they end: else some
        of those who are to be told would be dropped then, none of those held out, and the two would not be alike.
        """
        put_off = {None, Suppression.QUIET_HOURS} | ({Suppression.HOLDOUT} if self.quiet_end is not None else set())
        return next((outcome.reason for outcome in self.outcomes if outcome.reason not in put_off), None)

    @property
    def quiet_until(self) -> datetime | None:
        """Until when the person is left in peace, UTC, where nothing else speaks against telling them; else None."""
        return self.quiet_end if self.suppressed is None else None
