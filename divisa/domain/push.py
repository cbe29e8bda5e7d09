"""The words of a suggestion as a notification on a device: a title and a body, in Spanish and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from divisa.domain.message import fill
from divisa.domain.recipient import Language
from divisa.domain.transaction import Side

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.domain.suggestion import Suggestion

SHORTEST: Final = timedelta(seconds=1)
"""The lifetime of what expires in this moment: a number of seconds that is positive, as the attribute is to be."""
_TITLE: Final = {
    (Language.ES, Side.BUY): "Buen precio para comprar $base",
    (Language.ES, Side.SELL): "Buen precio para vender $base",
    (Language.EN, Side.BUY): "A good price to buy $base",
    (Language.EN, Side.SELL): "A good price to sell $base",
}
_BODY: Final = {
    Language.ES: "$amount $base a $price $quote$because. Es una sugerencia.",
    Language.EN: "$amount $base at $price $quote$because. This is a suggestion.",
}


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification, as a device shows it.

    Attributes:
        title, body: the words.
        suggestion_id: what the app opens.
        link: the page that shows it, for what is no app.
        lifetime: how long it is news yet, at least `SHORTEST`; a device that is off for longer is not to show it any
            more.
    """

    title: str
    body: str
    suggestion_id: str
    link: str
    lifetime: timedelta


def push_text(suggestion: Suggestion, link: str, now: datetime) -> Notification:
    """Side in the title; amount, price and the strongest reason in the body; news from now on until it expires."""
    return Notification(
        title=fill(_TITLE[suggestion.language, suggestion.side], suggestion, suggestion.reasons[:1]),
        body=fill(_BODY[suggestion.language], suggestion, suggestion.reasons[:1]),
        suggestion_id=suggestion.suggestion_id,
        link=link,
        lifetime=max(SHORTEST, suggestion.expires_at - now),
    )
