"""What may happen in a life, step by step."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from divisa.domain.errors import InvalidContact, NoBudget, NoContact, NotifierUnavailable
from divisa.domain.recipient import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from divisa.domain.preferences import QuietHours
    from divisa.domain.suggestion import SuggestionResponse


class Mood(Enum):
    """What becomes of one attempt to deliver."""

    SENT = auto()
    NO_CONTACT = auto()
    INVALID_CONTACT = auto()
    NO_BUDGET = auto()
    AWAY = auto()  # the channel surely does not take the message
    UNCERTAIN = auto()  # the channel takes it, and breaks off
    DIES_CLAIMED = auto()  # the sender dies before it begins to send
    DIES_BEFORE = auto()  # the sender dies with the message in its hand
    DIES_AFTER = auto()  # the sender dies before it has written down that it was sent
    UNSETTLED = auto()  # the table does not take what became of it
    DIES_UNSETTLED = auto()  # nor does the sender live on
    DIES_SETTLED = auto()  # the sender dies once it is written down
    TOPIC_AWAY = auto()  # there is no contact, and the next channel cannot be told
    TOPIC_DIES = auto()  # the sender dies once the next channel was told
    OVERTAKEN = auto()  # another sender comes to the same announcement meanwhile
    LATE = auto()  # beginning to send takes longer than a claim may stand, and another sender comes first
    OUTLASTED = auto()  # sending takes longer than a claim may stand, and then another sender comes


REFUSALS: Mapping[Mood, type[Exception]] = {
    Mood.NO_CONTACT: NoContact,
    Mood.INVALID_CONTACT: InvalidContact,
    Mood.NO_BUDGET: NoBudget,
    Mood.AWAY: NotifierUnavailable,
    Mood.TOPIC_AWAY: NoContact,
    Mood.TOPIC_DIES: NoContact,
}


class Decided(NamedTuple):
    """Prices of pairs come, and what was held is released, all at once: nobody sees what the others write."""

    mids: tuple[str, ...]
    releases: bool = False


class Answered(NamedTuple):
    """The person answers the newest suggestion that they have not answered, or opens it."""

    response: SuggestionResponse | None


class Sent(NamedTuple):
    """What the table's stream has is announced, and some of what waits in the queues is delivered.

    Attributes:
        moods: of one attempt each.
        newest_first: whether stream and queues are read from their end.
        again: whether stream and queues keep what was read, as when their reader dies before it has said so.
    """

    moods: tuple[Mood, ...]
    newest_first: bool = False
    again: bool = False


class Wished(NamedTuple):
    """The person changes their preferences."""

    consent: frozenset[Channel] = frozenset(Channel)
    weekly_cap: int = 9
    quiet_hours: QuietHours | None = None
    time_zone: str = "UTC"


Step: TypeAlias = Decided | Answered | Sent | Wished
Steps: TypeAlias = "Sequence[tuple[timedelta, Step]]"
"""What happens, each some time after the one before."""
