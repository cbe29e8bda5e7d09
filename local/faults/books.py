"""What became of every suggestion, whatever befell its way: one outcome each, and no second message."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.suggestion import DeliveryStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from divisa.domain.pair import Pair
    from divisa.domain.recipient import Channel
    from divisa.domain.suggestion import Delivery, Suggestion
    from divisa.domain.transaction import Side
    from local.inbox import InboxMessage

    Due = Mapping[tuple[str, Pair, Side], int]

_LINK: Final = re.compile(r"/s/([0-9a-f]{26})")


class End(StrEnum):
    """How a suggestion may end. LOST is none of the others."""

    SUPPRESSED = "suppressed"
    HELD = "held"
    DELIVERED = "delivered"
    UNCERTAIN = "uncertain, and there"
    UNSEEN = "uncertain, and not there"
    EXPIRED = "expired"
    QUIET = "quiet hours began on the way"
    CAPPED = "the week was full"
    UNREACHED = "no channel reached"
    LOST = "lost"


@dataclass(slots=True)
class Books:
    """Every suggestion with its end.

    Attributes:
        ends: suggestions by end.
        suppressed: suppressed ones by reason.
        delivered: delivered ones by channel.
        lost: ids of suggestions that ended in no way, and what of those that were due was never recorded.
        missing: how many of the lost ones were never recorded.
        unexpected: suggestions beyond those that were due.
        duplicates: messages beyond the first of a suggestion, messages of suggestions that were to make none, and
            suggestions beyond the first of an episode.
        twice: ids of the suggestions that those are of.
    """

    ends: Counter[End] = field(default_factory=Counter)
    suppressed: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    missing: int = 0
    unexpected: int = 0
    duplicates: int = 0
    twice: list[str] = field(default_factory=list)

    @property
    def suggestions(self) -> int:
        """All that were recorded, and those that ought to have been."""
        return self.ends.total()

    @property
    def uncertain(self) -> int:
        """Those of which their senders do not know what became."""
        return self.ends[End.UNCERTAIN] + self.ends[End.UNSEEN]


def suggestion_of(message: InboxMessage) -> str | None:
    """The suggestion that a message leads to; None when it leads to none."""
    found = _LINK.search(message.text)
    return found[1] if found else None


def missing_of(due: Due, suggestions: Iterable[Suggestion]) -> Counter[tuple[str, Pair, Side]]:
    """How many suggestions of each user, pair and side are not recorded yet; below zero where there are too many."""
    missing = Counter(due)
    missing.subtract((each.user_id, each.pair, each.side) for each in suggestions)
    return missing


def keep_books(
    suggestions: Iterable[Suggestion],
    deliveries: Iterable[Delivery],
    messages: Iterable[InboxMessage],
    now: datetime,
    due: Due,
) -> Books:
    """Hold every suggestion against its deliveries and against what is in the inboxes.

    Args:
        suggestions: every one that was recorded.
        deliveries: every one that was claimed.
        messages: everything that arrived; one that leads to no known suggestion is a duplicate.
        now: the replay's present, UTC; what is held until an earlier moment and was not looked at is lost.
        due: how many suggestions each user, pair and side was to have, suppressed ones included.
    """
    suggestions = list(suggestions)
    rows: dict[str, dict[Channel, Delivery]] = {}
    for delivery in deliveries:
        rows.setdefault(delivery.suggestion_id, {})[delivery.channel] = delivery
    arrived: dict[str | None, list[InboxMessage]] = {}
    for message in messages:
        arrived.setdefault(suggestion_of(message), []).append(message)
    books = Books()
    episodes: Counter[tuple[str, str, int]] = Counter()
    for suggestion in suggestions:
        own = arrived.pop(suggestion.suggestion_id, [])
        end = _end(suggestion, rows.get(suggestion.suggestion_id, {}), own, now)
        books.ends[end] += 1
        if suggestion.suppressed is not None:
            books.suppressed[suggestion.suppressed.value] += 1
        if end is End.LOST:
            books.lost.append(suggestion.suggestion_id)
        if end is End.DELIVERED:
            books.delivered[own[0].channel.value] += 1
        allowed = 1 if end in {End.DELIVERED, End.UNCERTAIN, End.LOST} else 0
        episode = (suggestion.user_id, str(suggestion.pair), suggestion.episode)
        second = max(0, len(own) - allowed) + (1 if episodes[episode] else 0)
        episodes[episode] += 1
        if second:
            books.duplicates += second
            books.twice.append(suggestion.suggestion_id)
    books.duplicates += sum(map(len, arrived.values()))
    for (user_id, pair, side), count in sorted(missing_of(due, suggestions).items()):
        if count > 0:
            books.lost += [f"{user_id} {pair} {side}: never recorded"] * count
            books.missing += count
            books.ends[End.LOST] += count
        books.unexpected += max(0, -count)
    return books


def _end(
    suggestion: Suggestion, rows: Mapping[Channel, Delivery], messages: Sequence[InboxMessage], now: datetime
) -> End:
    if suggestion.suppressed is not None:
        return End.LOST if rows else End.SUPPRESSED
    if suggestion.is_held:
        waits = suggestion.held_until is not None and suggestion.held_until > now
        return End.HELD if waits and not rows else End.LOST
    statuses = [row.status for row in rows.values()]
    if not all(status.is_settled for status in statuses):
        return End.LOST
    sent = [row for row in rows.values() if row.status.was_sent]
    if sent:
        ids = {message.message_id for message in messages}
        is_there = all(row.message_id in ids for row in sent)
        return End.DELIVERED if is_there and len(sent) == 1 else End.LOST
    for status, end in (
        (DeliveryStatus.UNCERTAIN, End.UNCERTAIN if messages else End.UNSEEN),
        (DeliveryStatus.EXPIRED, End.EXPIRED),
        (DeliveryStatus.QUIET_HOURS, End.QUIET),
        (DeliveryStatus.WEEKLY_CAP, End.CAPPED),
    ):
        if status in statuses:
            return end
    reached_none = suggestion.channels and all(
        channel in rows and rows[channel].status.passes_on for channel in suggestion.channels
    )
    return End.UNREACHED if reached_none else End.LOST
