"""Tombstones in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.aws.items import ErasureItem
from divisa.domain.erasure import Erasure
from divisa.domain.errors import ConcurrentUpdate

if TYPE_CHECKING:
    from datetime import datetime

    from divisa.adapters.aws.table import Image, Table


class DynamoErasures:
    """`Erasures` in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, pseudonym: str, at: datetime) -> Erasure:
        """Set a tombstone; returns the one that stands there now, which may be an earlier one."""
        item = ErasureItem(pseudonym=pseudonym, requested_at=at)
        self._table.put(item, ErasureItem.pseudonym.does_not_exist())
        return self.find(pseudonym) or Erasure(pseudonym, at)

    def find(self, pseudonym: str) -> Erasure | None:
        """The tombstone as of now (a consistent read); None when there is none."""
        image = self._table.get(pseudonym)
        return None if image is None else self._table.read(image, _erasure)

    def finish(self, pseudonym: str, at: datetime) -> None:
        """Write down that nothing of the person is left; of several times the first counts.

        Raises:
            ConcurrentUpdate: there is no tombstone.
        """
        open_ = ErasureItem.pseudonym.exists() & ErasureItem.erased_at.does_not_exist()
        done = self._table.update(pseudonym, None, [ErasureItem.erased_at.set(at)], open_)
        if done is None and self.find(pseudonym) is None:
            raise ConcurrentUpdate("there is no such erasure")


def _erasure(image: Image) -> Erasure:
    item = ErasureItem.from_raw_data(image)
    return Erasure(item.pseudonym, item.requested_at, item.erased_at)
