"""What the consumers share that decide about watches: what became of it, as counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.observability import count, count_by_reason, logger

if TYPE_CHECKING:
    from divisa.services.suggest import Outcome


def count_outcome(outcome: Outcome) -> None:
    """Count what became of the watches that were decided about in this invocation."""
    count("UsersEvaluated", outcome.evaluated)
    count("WatchesMoved", outcome.moved)
    count("WatchesRaced", outcome.raced)
    count("SuggestionsMade", outcome.suggested)
    count("SuggestionsHeld", outcome.held)
    count_by_reason("SuggestionsSuppressed", outcome.suppressed)
    count_unlogged(outcome.unlogged)


def count_unlogged(decisions: int) -> None:
    """Count decisions that the decision log lacks, and warn of them."""
    count("DecisionsUnlogged", decisions)
    if decisions:
        logger.warning("decisions stand that the log did not take", extra={"decisions": decisions})
