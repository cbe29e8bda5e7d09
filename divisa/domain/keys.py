"""One key for each purpose, out of one secret."""

from __future__ import annotations

import hmac


def derived_key(secret: bytes, purpose: str) -> bytes:
    """The key of a purpose, 32 bytes: HMAC-SHA256 of the purpose's name (the expand step of HKDF, RFC 5869).

    Whoever learns one purpose's key learns nothing of the secret, nor of the other keys.

    >>> derived_key(b"secret", "quote-id") == derived_key(b"secret", "pseudonym")
    False
    """
    return hmac.digest(secret, purpose.encode(), "sha256")
