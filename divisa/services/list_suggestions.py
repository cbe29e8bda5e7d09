"""List what was suggested to a person, and why, in the language that they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from divisa.domain.recipient import Language
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Clock, Recipients, Suggestions


@dataclass(frozen=True, slots=True)
class SuggestionPosition:
    """A place among a person's suggestions by time: that of one of them.

    Attributes:
        created_at: when it was decided, UTC.
        suggestion_id: its id.
    """

    created_at: datetime
    suggestion_id: str


@dataclass(frozen=True, slots=True)
class SuggestionPage:
    """Some of a person's suggestions.

    Attributes:
        suggestions: newest first, at most as many as were asked for.
        next: where the next page begins, after the last of these; None when there are no more.
        language: in which the person wants to be told now; a suggestion may have been sent in another one.
        now: the moment at which they were listed, UTC.
    """

    suggestions: Sequence[Suggestion]
    next: SuggestionPosition | None
    language: Language
    now: datetime


@dataclass(frozen=True, slots=True)
class ListSuggestions:
    """Lists the suggestions that are for their user (see `Suggestion.is_for_its_user`), sent or not.

    Each page reads all that are kept of the user: at one suggestion in eleven days, as the bench counts them, the 400
    days of them are some 40, or 3 read units. An index by time would cost a write unit for each suggestion instead.
    """

    suggestions: Suggestions
    recipients: Recipients
    clock: Clock

    def __call__(self, user_id: str, limit: int, start: SuggestionPosition | None = None) -> SuggestionPage:
        """At most `limit` ≥ 1 of a user's suggestions, newest first, of those after `start`."""
        found = [each for each in self.suggestions.of_user(user_id) if each.is_for_its_user]
        if start is not None:
            found = [each for each in found if _place(each) < (start.created_at, start.suggestion_id)]
        page = found[:limit]
        following = SuggestionPosition(*_place(page[-1])) if len(found) > limit else None
        return SuggestionPage(page, following, self.recipients.load(user_id).language, self.clock.now())


def _place(suggestion: Suggestion) -> tuple[datetime, str]:
    return suggestion.created_at, suggestion.suggestion_id
