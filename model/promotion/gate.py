"""What a gate is: a name, what was measured, where it closes, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class GateName(StrEnum):
    """Why a candidate is refused; docs/promotion.md says of each what to do."""

    BROKEN_ARTEFACT = "broken_artefact"
    OTHER_FEATURE_HASH = "other_feature_hash"
    OTHER_BANDS = "other_bands"
    OTHER_FEATURES = "other_features"
    TOO_LITTLE_EVIDENCE = "too_little_evidence"
    WORSE_LOG_LOSS = "worse_log_loss"
    WORSE_SEGMENT = "worse_segment"
    UNCALIBRATED = "uncalibrated"
    LEAKED_FEATURES = "leaked_features"
    DRIFT = "drift"
    TOO_SLOW = "too_slow"


class Verdict(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, asked.

    Attributes:
        name: of the reason that it would refuse by.
        verdict: what it says.
        says: why, in one sentence with the numbers.
        measured: what was measured; None where that is no number.
        limit: what it was compared with; None likewise.
        on: on which evidence; empty where that makes no difference.
    """

    name: GateName
    verdict: Verdict
    says: str
    measured: float | None = None
    limit: float | None = None
    on: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "gate": self.name.value,
            "verdict": self.verdict.value,
            "on": self.on,
            "measured": self.measured,
            "limit": self.limit,
            "says": self.says,
        }


def judged(
    name: GateName, passed: bool, says: str, *, measured: float | None = None, limit: float | None = None, on: str = ""
) -> Gate:
    """A gate that was asked and has let pass, or not."""
    return Gate(name, Verdict.PASSED if passed else Verdict.REFUSED, says, measured, limit, on)


def not_asked(name: GateName, why: str, on: str = "") -> Gate:
    """A gate for which something was missing that it would have looked at."""
    return Gate(name, Verdict.NOT_ASKED, why, on=on)


def refusals(gates: Sequence[Gate]) -> tuple[GateName, ...]:
    """The names that a candidate is refused by, each once, in the order of the gates; none when it may go live."""
    return tuple(dict.fromkeys(gate.name for gate in gates if gate.verdict is Verdict.REFUSED))
