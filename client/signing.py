"""How a provider of prices signs what it sends."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `timestamp.nonce.body`.

    Args:
        secret: shared with the API.
        timestamp: seconds since 1970 UTC, in digits.
        nonce: used once.
        body: the request's body, byte for byte.

    >>> signature(b"secret", "1700000000", "n-1", b"{}")[:16]
    'b4d7c0fd7607f987'
    """
    return hmac.new(secret, b".".join((timestamp.encode(), nonce.encode(), body)), hashlib.sha256).hexdigest()


def headers(provider: str, secret: bytes, timestamp: str, nonce: str, body: bytes) -> dict[str, str]:
    """The headers of a signed batch of prices."""
    return {
        "X-Divisa-Provider": provider,
        "X-Divisa-Timestamp": timestamp,
        "X-Divisa-Nonce": nonce,
        "X-Divisa-Signature": signature(secret, timestamp, nonce, body),
    }
