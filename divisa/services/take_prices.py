"""Take a price provider's message: see that it is theirs and new, then publish the quotes in it that are quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidQuote, NotFound, Refused, Unauthenticated
from divisa.domain.gate import Rejection
from divisa.domain.signature import WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.domain.signature import SignedMessage
    from divisa.ports import Clock, Nonces, QuoteStream, Secrets

NOBODYS_KEY: Final = bytes(64)
"""What an unknown provider's signature is compared with, so that it takes as long as a known one's."""


@dataclass(frozen=True, slots=True)
class VerifyProvider:
    """Sees that a message is its provider's, is of now, and comes for the first time.

    Attributes:
        wall: the time of day; providers know nothing of a replay's.
    """

    secrets: Secrets
    nonces: Nonces
    wall: Clock

    def __call__(self, message: SignedMessage) -> None:
        """Let a message pass, and use up its nonce.

        Raises:
            Unauthenticated: the provider is unknown, the signature is another one, or the timestamp is too far off;
                which of them is not told.
            Refused: `replayed`, the nonce was used before.
            StoreUnavailable: the keys or the nonces did not answer.
        """
        if not (message.is_well_formed and self._is_signed(message) and abs(self.wall.age(message.sent_at)) <= WINDOW):
            raise Unauthenticated("no message of a known provider, signed with its key within the last minutes")
        # Only now: whoever has no key must not be able to use up nonces.
        if not self.nonces.use(message.provider, message.nonce):
            raise Refused("replayed", "the nonce was used before; every message needs a new one")

    def _is_signed(self, message: SignedMessage) -> bool:
        try:
            key = self.secrets.get(message.provider)
        except NotFound:
            message.is_signed_with(NOBODYS_KEY)
            return False
        return message.is_signed_with(key)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one quote of a message.

    Attributes:
        reason: why it is none (a `Rejection`); None when it was published. The gate may still not believe it.
    """

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TakePrices:
    """Publishes a provider's quotes.

    Attributes:
        pairs: the served pairs; others are rejected.
        read: the quote that a document of a source is; raises InvalidQuote for what is none.
    """

    pairs: frozenset[Pair]
    stream: QuoteStream
    read: Callable[[object, str], Quote]

    def __call__(self, provider: str, documents: Sequence[object]) -> list[Taken]:
        """Publish what are quotes, in their order; says of each document what became of it, in their order too.

        A message that is sent again with another nonce is published again, and rejected by the gate, which knows the
        sequence numbers of each source.

        Raises:
            StreamUnavailable: the stream refused some; sending all of them again is safe.
        """
        quotes: list[Quote] = []
        taken: list[Taken] = []
        for document in documents:
            try:
                quote = self.read(document, provider)
            except InvalidQuote as error:
                taken.append(Taken(error.reason))
                continue
            if quote.pair not in self.pairs:
                taken.append(Taken(Rejection.UNKNOWN_PAIR.value))
                continue
            quotes.append(quote)
            taken.append(Taken())
        if quotes:
            self.stream.publish(quotes)
        return taken
