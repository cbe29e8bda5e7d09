"""What the benchmark says: a row a population, a table of how cost grows, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.ticks.compared import Compared
    from bench.ticks.watching import Watched

LEAST_SAVED = 1000
"""Evaluations of everybody at every tick for one by bands, at least."""


@dataclass(frozen=True, slots=True)
class Population:
    """Everything that was measured with a population.

    Attributes:
        users: how many.
        ticks: how many.
        suggestions: that the day by bands made, whether they were let out or not.
        watched: the day by bands.
        compared: sampled users beside scikit-learn.
        match: figures of the index alone.
        broken_watches_per_s, broken_watches: as `crowd.broken_watches_per_s` answers.
        one_user_us: what the model takes to answer about one user.
    """

    users: int
    ticks: int
    suggestions: int
    watched: Watched
    compared: Compared
    match: dict[str, Any]
    broken_watches_per_s: float
    broken_watches: int
    one_user_us: float

    @property
    def reference_evaluations(self) -> int:
        """What evaluating everybody at every tick takes."""
        return self.users * self.ticks

    def row(self) -> dict[str, Any]:
        """The figures under their names."""
        watched, compared = self.watched, self.compared
        return {
            "users": self.users,
            "ticks": self.ticks,
            "evaluations": watched.evaluations,
            "reference_evaluations": self.reference_evaluations,
            "suggestions": self.suggestions,
            "differences": compared.differences,
            "match_ticks_per_s": self.match["ticks_per_s"],
            "match_p99_us": self.match["p99_us"],
            "bytes_per_watch": self.match["bytes_per_watch"],
            "one_evaluation_for": round(self.reference_evaluations / watched.evaluations),
            "opening_evaluations": watched.asked["opening"],
            "asked": watched.asked,
            "broken_watches": int(watched.broken.sum()),
            "breaking_ticks": int((watched.broken > 0).sum()),
            "reference_sample": {"random": compared.random, "suggested": compared.suggested},
            "reference_suggestions": compared.suggestions,
            "quiet_tick_us": round(watched.quiet_us, 2),
            "tick_p99_us": round(watched.p99_us, 1),
            "ticks_seconds": round(watched.seconds, 1),
            "refresh_seconds": round(watched.refresh_seconds, 1),
            "broken_watches_per_s": round(self.broken_watches_per_s),
            "broken_watches_measured": self.broken_watches,
            "one_user_us": round(self.one_user_us, 1),
        }

    def missed(self, *, is_dense: bool) -> list[str]:
        """What must hold and does not, in words; how much is saved is judged where the ticks are dense."""
        problems = []
        if self.compared.differences:
            problems.append(f"{self.users:,} users: {self.compared.differences} suggestions differ from scikit-learn's")
        if is_dense and self.watched.evaluations * LEAST_SAVED > self.reference_evaluations:
            share = self.reference_evaluations / self.watched.evaluations
            problems.append(f"{self.users:,} users: one evaluation saves {share:,.0f}, not {LEAST_SAVED:,}")
        return problems


def growth(populations: Sequence[Population]) -> Table:
    """How the cost of a day grows with the users."""
    table = Table(title="A tick costs what it changes")
    table.add_column("")
    for each in populations:
        table.add_column(f"{each.users:,} users", justify="right")
    lines = {
        "a tick that breaks nothing, µs": [f"{each.watched.quiet_us:.2f}" for each in populations],
        "evaluations a tick, opening and refreshes left out": [
            f"{each.watched.asked['broken'] / each.ticks:,.2f}" for each in populations
        ],
        "evaluations a user and day, all": [f"{each.watched.evaluations / each.users:.1f}" for each in populations],
        "everybody at every tick, for one evaluation": [
            f"{each.reference_evaluations / each.watched.evaluations:,.0f}" for each in populations
        ],
        "seconds for the ticks": [f"{each.watched.seconds:,.1f}" for each in populations],
        "seconds for opening and refreshes": [f"{each.watched.refresh_seconds:,.1f}" for each in populations],
        "suggestions": [f"{each.suggestions:,}" for each in populations],
        "differences from scikit-learn": [f"{each.compared.differences:,}" for each in populations],
        "users compared (at random, with suggestions)": [
            f"{each.compared.random:,}, {each.compared.suggested:,}" for each in populations
        ],
        "index alone, ticks/s": [f"{each.match['ticks_per_s']:,}" for each in populations],
        "index alone, p99 µs": [f"{each.match['p99_us']:,}" for each in populations],
        "index alone, bytes a watch": [f"{each.match['bytes_per_watch']:,}" for each in populations],
        "broken watches/s, model in": [f"{each.broken_watches_per_s:,.0f}" for each in populations],
        "the model about one user, µs": [f"{each.one_user_us:,.0f}" for each in populations],
    }
    for name, values in lines.items():
        table.add_row(name, *values)
    return table
