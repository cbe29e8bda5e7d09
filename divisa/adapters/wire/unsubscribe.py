"""An unsubscribe link's token: whose messages over which channel it ends, signed.

`<subscription>.<signature>`: base64url of the JSON list `["<user>","<channel>"]`, and of HMAC-SHA256 over that text.
It keeps nothing and never ends: an email of last year must still unsubscribe. When the stage's secret is changed, links
of the old one hold as long as that is kept beside it (see `docs/unsubscribe.md`); later they are unknown.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from divisa.domain.errors import NotFound
from divisa.domain.keys import derived_key
from divisa.domain.recipient import Channel
from divisa.services.unsubscribe import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PURPOSE: Final = "unsubscribe"
MAX_LENGTH: Final = 512
"""Characters of a token; ours have some 110."""

_DECODER: Final = msgspec.json.Decoder(tuple[str, Channel])


class SignedUnsubscribeTokens:
    """`UnsubscribeTokens` of the stage's secret."""

    def __init__(self, secrets: Callable[[], Sequence[bytes]]) -> None:
        """`secrets` gives the stage's secret, and then those that it had before; it is asked each time."""
        self._secrets = secrets

    def issue(self, subscription: Subscription) -> str:
        """The token of a subscription, the same each time under the same secret."""
        text = _text(msgspec.json.encode([subscription.user_id, subscription.channel]))
        return f"{text}.{_signature(self._secrets()[0], text)}"

    def read(self, token: str) -> Subscription:
        """The subscription of a token.

        Raises:
            NotFound: it is none of ours; why is not told.
        """
        text, _, signature = token.partition(".")
        given = signature.encode(errors="replace")
        known = [hmac.compare_digest(_signature(secret, text).encode(), given) for secret in self._secrets()]
        if len(token) > MAX_LENGTH or not any(known):
            raise _unknown()
        try:
            user_id, channel = _DECODER.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            raise _unknown() from error
        return Subscription(user_id, channel)


def _signature(secret: bytes, text: str) -> str:
    return _text(hmac.digest(derived_key(secret, PURPOSE), text.encode(errors="replace"), "sha256"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unknown() -> NotFound:
    return NotFound("there is no such link")
