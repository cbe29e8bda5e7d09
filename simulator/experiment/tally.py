"""What messages came to."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over an adviser's years.

    Attributes:
        messages: sent.
        conversions: messages whose user did what they said on the same day.
        added: conversions that there were because of the messages, in expectation: what each added to the probability.
        opt_outs: times that somebody took back consent to a channel.
        left: users who took back the last.
        gain: sum over conversions of the log return after both spreads, a week later.
    """

    messages: int = 0
    conversions: int = 0
    added: float = 0.0
    opt_outs: int = 0
    left: int = 0
    gain: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))
