"""A suggestion: what one user is told, why, and what became of it on each channel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from divisa.domain.pair import Pair
    from divisa.domain.reasons import Reason
    from divisa.domain.recipient import Channel, Language
    from divisa.domain.transaction import Side


ANSWERABLE: Final = timedelta(days=7)
"""How long after it was decided a suggestion takes an answer. Who looks for answers given since some moment reads
suggestions from so much earlier."""


class Suppression(StrEnum):
    """Why a suggestion was recorded and not sent."""

    NO_CONSENT = "no_consent"
    NO_CONTACT = "no_contact"
    COOLDOWN = "cooldown"
    NO_FUNDS = "no_funds"
    STALE_QUOTE = "stale_quote"
    PAIR_NOT_WANTED = "pair_not_wanted"
    TOO_SMALL = "too_small"
    MARKET_CLOSED = "market_closed"
    WIDE_SPREAD = "wide_spread"
    OLD_MODEL = "old_model"
    OUT_OF_RANGE = "out_of_range"
    LOW_PROPENSITY = "low_propensity"
    LOW_EFFECT = "low_effect"
    NO_GAIN = "no_gain"
    WEEKLY_CAP = "weekly_cap"
    CONTRADICTION = "contradiction"
    QUIET_HOURS = "quiet_hours"
    HOLDOUT = "holdout"
    NOT_NOW = "not_now"
    MERGED = "merged"


_UNTOLD: Final = frozenset({Suppression.HOLDOUT, Suppression.COOLDOWN, Suppression.MERGED})


class SuggestionResponse(StrEnum):
    """What a user says to a suggestion."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    NOT_USEFUL = "not_useful"


class SuggestionStatus(StrEnum):
    """How a suggestion stands."""

    SUPPRESSED = "suppressed"
    ANSWERED = "answered"
    EXPIRED = "expired"
    OPEN = "open"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One user is told, or would have been told, to buy or to sell; one for each episode.

    Attributes:
        suggestion_id: deterministic, from user, pair, side and episode.
        user_id: whom it is for.
        pair: what to trade.
        side: what to do.
        amount: base currency, in its minor unit.
        price: quote currency for one unit: the ask for a buy, the bid for a sell.
        quote_time: event time of the quote, UTC.
        quote_sequence: the quote's sequence at its source.
        reasons: why, strongest first, with their numbers.
        propensity: the model's probability that the user would do this anyway, 0 to 1.
        model_version: which model said so.
        episode: which visit of the price to the far side of a band this is, counted for each user and pair.
        created_at: when it was decided, UTC.
        expires_at: when it is no longer to be sent, UTC.
        language: of the message.
        channels: where it goes; empty when held or suppressed.
        intended: the first of the channels that its user could be reached on when it was made, or made anew after quiet
            hours; None when there was none. It is known of what is held out too, whatever its user changes afterwards.
        suppressed: why it is not sent; None when it is, or when that is yet to be seen.
        response: what the user said to it; None as long as they said nothing.
        responded_at: when they said so, UTC.
        opened_at: when they first opened it, UTC; None as long as they did not.
        held_until: when the quiet hours that hold it back end, UTC; then it is looked at again. None when it was let
            out; one that was dropped in the end keeps it.
    """

    suggestion_id: str
    user_id: str
    pair: Pair
    side: Side
    amount: Decimal
    price: Decimal
    quote_time: datetime
    quote_sequence: int
    reasons: tuple[Reason, ...]
    propensity: float
    model_version: str
    episode: int
    created_at: datetime
    expires_at: datetime
    language: Language
    channels: tuple[Channel, ...]
    intended: Channel | None = None
    suppressed: Suppression | None = None
    response: SuggestionResponse | None = None
    responded_at: datetime | None = None
    opened_at: datetime | None = None
    held_until: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether it waits for the end of quiet hours; what the user has answered waits no longer."""
        return self.held_until is not None and self.suppressed is None and self.response is None

    @property
    def is_for_its_user(self) -> bool:
        """Whether the app may show it, and take an answer to it: whoever is held out must not be told there either.

        Kept from them is what is held out; what quiet hours hold, since it may be held out when they end; and what was
        left out because another one says the same (cooldown, merged), since that one may be held out.
        """
        return not self.is_held and self.suppressed not in _UNTOLD

    def channel_after(self, channel: Channel) -> Channel | None:
        """The channel that is tried when this one surely reached nobody; None when there is none left."""
        if channel not in self.channels:
            return None
        return next(iter(self.channels[self.channels.index(channel) + 1 :]), None)

    def status(self, now: datetime) -> SuggestionStatus:
        """How it stands at a moment, UTC: what was answered stays so, whether it was sent or has expired."""
        if self.response is not None:
            return SuggestionStatus.ANSWERED
        if self.suppressed is not None:
            return SuggestionStatus.SUPPRESSED
        if self.is_held:
            return SuggestionStatus.HELD
        return SuggestionStatus.EXPIRED if now > self.expires_at else SuggestionStatus.OPEN


class DeliveryStatus(StrEnum):
    """What became of a suggestion on one channel."""

    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    EXPIRED = "expired"
    NO_CONSENT = "no_consent"
    NO_CONTACT = "no_contact"
    INVALID_CONTACT = "invalid_contact"
    NO_BUDGET = "no_budget"
    UNAVAILABLE = "unavailable"
    UNCERTAIN = "uncertain"
    QUIET_HOURS = "quiet_hours"
    WEEKLY_CAP = "weekly_cap"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"

    @property
    def is_settled(self) -> bool:
        """Whether it is an end, and not an attempt that is still at it, or that died."""
        return self not in {DeliveryStatus.CLAIMED, DeliveryStatus.SENDING}

    @property
    def was_sent(self) -> bool:
        """Whether the channel took the message, whatever was said to it afterwards."""
        return self in {
            DeliveryStatus.SENT,
            DeliveryStatus.DELIVERED,
            DeliveryStatus.BOUNCED,
            DeliveryStatus.COMPLAINED,
        }

    @property
    def was_shown(self) -> bool:
        """Whether the person may have seen the message: it was sent, and is not known to have come back."""
        return self.was_sent and self is not DeliveryStatus.BOUNCED

    @property
    def follows(self) -> frozenset[DeliveryStatus]:
        """What it takes the place of, when it is heard of after sending; none of these follows it in turn."""
        return _FOLLOWS.get(self, frozenset())

    @property
    def passes_on(self) -> bool:
        """Whether the suggestion goes on to the next channel: this one surely reached nobody, and it is still news."""
        return self in {
            DeliveryStatus.NO_CONSENT,
            DeliveryStatus.NO_CONTACT,
            DeliveryStatus.INVALID_CONTACT,
            DeliveryStatus.NO_BUDGET,
            DeliveryStatus.UNAVAILABLE,
        }


_HANDED_OVER = frozenset({DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN})
_FOLLOWS = {
    DeliveryStatus.DELIVERED: _HANDED_OVER,
    DeliveryStatus.BOUNCED: _HANDED_OVER | {DeliveryStatus.DELIVERED},
    DeliveryStatus.COMPLAINED: _HANDED_OVER | {DeliveryStatus.DELIVERED, DeliveryStatus.BOUNCED},
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on one channel.

    Attributes:
        suggestion_id: of which suggestion.
        channel: over which channel.
        status: what became of it. CLAIMED: an attempt has it and has surely sent nothing yet. SENDING: it may have.
            UNAVAILABLE: the channel took it in none of its tries, and the next channel has its turn.
            UNCERTAIN: the sender died, or the channel broke off, after sending had begun; it is reported and never
            sent again. DELIVERED, BOUNCED, COMPLAINED: what is heard of it afterwards.
        at: when it was claimed, when sending began, when it was sent, or when it was settled that it is not, UTC; what
            is heard afterwards does not move it.
        message_id: the channel's own id of the message; None unless it was sent.
        attempt: a name that no other attempt has, of the one that has it; of no meaning once it is settled, so it does
            not count in comparisons.
    """

    suggestion_id: str
    channel: Channel
    status: DeliveryStatus
    at: datetime
    message_id: str | None = None
    attempt: str = field(default="", compare=False)


def suggestion_id_of(user_id: str, pair: Pair, side: Side, episode: int) -> str:
    """The id of the one suggestion that an episode may make: 26 hexadecimal digits."""
    return hashlib.sha256(f"{user_id}|{pair}|{side}|{episode}".encode()).hexdigest()[:26]
