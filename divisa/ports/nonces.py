"""What was used once and must not be used again."""

from __future__ import annotations

from typing import Protocol


class Nonces(Protocol):
    """The nonces that price providers have used, each kept for longer than its message is valid."""

    def use(self, provider: str, nonce: str) -> bool:
        """Use a nonce; False when the provider has used it before. Of several at once one is told True.

        Raises:
            StoreUnavailable: the table did not answer; the nonce may be used or not.
        """
