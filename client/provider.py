"""The API as a provider of prices sees it."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from client import operations, signing, values
from client.transport import Connected, Transport, encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx


class PriceProvider(Connected):
    """A provider of prices. May be used from several threads; close it, or use it as a context.

    Args:
        base_url: where the API answers.
        provider: the name that the API knows it by.
        secret: what it shares with the API.
        http: how requests travel; a test brings its own.
    """

    def __init__(self, base_url: str, provider: str, secret: bytes, *, http: httpx.BaseTransport | None = None) -> None:
        super().__init__(Transport(base_url, http=http))
        self._provider, self._secret = provider, secret

    def post_prices(
        self, quotes: Sequence[values.PricedQuote], *, timestamp: int | None = None, nonce: str | None = None
    ) -> values.PriceResults:
        """Hand in 1 to 500 prices, signed; returns what became of each.

        Args:
            quotes: in the order in which they were seen.
            timestamp: seconds since 1970 UTC; now unless given.
            nonce: used once; random unless given.

        Raises:
            ApiProblem: the batch as a whole was turned down.
            UnexpectedAnswer: what the API answered is not what its document says.
            ApiUnreachable: it did not answer; the same prices may be sent again, with a new nonce.
        """
        body = encoded(values.PriceBatch(quotes=tuple(quotes)))
        signed = signing.headers(
            self._provider,
            self._secret,
            str(int(time.time()) if timestamp is None else timestamp),
            secrets.token_hex(16) if nonce is None else nonce,
            body,
        )
        return self._transport.call(operations.POST_PRICES, body=body, headers=signed)[0]
