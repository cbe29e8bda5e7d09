"""Used nonces in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import NonceItem
from divisa.domain.signature import WINDOW

if TYPE_CHECKING:
    from divisa.adapters.aws.table import Table

KEPT_FOR: Final = 3 * WINDOW
"""A message is valid for two windows, from the one before its timestamp to the one after; then some."""


class DynamoNonces:
    """`Nonces` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def use(self, provider: str, nonce: str) -> bool:
        """Use a nonce; False when the provider has used it before."""
        item = NonceItem(provider=provider, nonce=nonce, ttl=KEPT_FOR)
        return self._table.put(item, NonceItem.nonce.does_not_exist())
