"""How a price provider shows that a message is its own: a signature with the key that only it and we have."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(seconds=300)
"""How far a message's timestamp may be from our time, either way: clocks of servers are seconds apart, not minutes."""

PROVIDER: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
TIMESTAMP: Final = r"^[0-9]{1,11}$"
NONCE: Final = r"^[A-Za-z0-9_-]{8,64}$"
SIGNATURE: Final = r"^[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True, repr=False)
class SignedMessage:
    """A message as it came; nothing of it is believed yet.

    Attributes:
        provider: who says to have sent it; the `source` of its quotes.
        timestamp: when, seconds since 1970 UTC, in digits as they were signed.
        nonce: a text that the provider uses once.
        signature: hexadecimal digits of `signature_of`.
        body: the bytes that were sent.
    """

    provider: str
    timestamp: str
    nonce: str
    signature: str
    body: bytes

    @property
    def is_well_formed(self) -> bool:
        """Whether each part but the body looks as such parts do."""
        parts = (PROVIDER, self.provider), (TIMESTAMP, self.timestamp), (NONCE, self.nonce), (SIGNATURE, self.signature)
        return all(re.fullmatch(pattern, text, re.ASCII) for pattern, text in parts)

    @property
    def sent_at(self) -> datetime:
        """The timestamp of a well-formed message, UTC; its digits reach to the year 5138."""
        return datetime.fromtimestamp(int(self.timestamp), UTC)

    def is_signed_with(self, key: bytes) -> bool:
        """Whether the signature is that of the key; takes the same time wherever the first wrong digit is."""
        expected = signature_of(key, self.timestamp, self.nonce, self.body)
        return hmac.compare_digest(expected.encode(), self.signature.encode())


def signature_of(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a message: HMAC-SHA256 (RFC 2104) of `timestamp.nonce.body`, hexadecimal.

    >>> signature_of(b"secret", "1700000000", "n-1", b"{}")[:16]
    'b4d7c0fd7607f987'
    """
    return hmac.digest(key, b".".join((timestamp.encode(), nonce.encode(), body)), "sha256").hex()
