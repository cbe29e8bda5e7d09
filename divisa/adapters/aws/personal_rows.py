"""The rows of people in DynamoDB: every table whose partitions are users, whichever tables there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.tables import DEFINITIONS, TRANSACTIONS

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables

PERSONAL: Final = tuple(each for each in DEFINITIONS if each.hash_key == "user_id" and each is not TRANSACTIONS)
"""Tables that are erased with their user: by their key, so that a table that is added later is one of them. The
ledger is kept, under a pseudonym."""


class DynamoPersonalRows:
    """`PersonalRows` in the stage's tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = [(getattr(tables, each.name), each.range_key) for each in PERSONAL]

    def erase(self, user_id: str) -> int:
        """Delete what there is under a user id; returns how many rows there were.

        Raises:
            StoreUnavailable: a table did not answer; some rows may be gone. Erasing again is safe.
        """
        rows = 0
        for table, range_key in self._tables:
            for page in table.pages(user_id, consistent=True):
                places = [[str(next(iter(image[range_key].values())))] if range_key else [] for image in page]
                table.delete_many((user_id, *place) for place in places)
                rows += len(page)
        return rows
