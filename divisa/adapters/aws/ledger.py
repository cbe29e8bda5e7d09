"""The ledger in DynamoDB, written together with the portfolios that it changes."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from itertools import islice
from operator import and_
from typing import TYPE_CHECKING, Final

from divisa.adapters.aws.items import MomentAttribute, PortfolioItem, TransactionItem
from divisa.adapters.aws.portfolios import portfolio_item, portfolio_of
from divisa.adapters.aws.table import Table
from divisa.adapters.aws.tables import BY_SEQUENCE, BY_TIME
from divisa.adapters.wire import entry_from_image, entry_to_fields
from divisa.domain.errors import ConcurrentUpdate
from divisa.domain.ledger import pseudonymised
from divisa.ports import LedgerPage, LedgerPosition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from divisa.adapters.aws.table import Image
    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.ports import LedgerFilter

PERSON: Final = "person"
PSEUDONYM: Final = "pseudonym"
"""Whose an entry is; the table's stream is read for those of persons."""
SEARCHED: Final = 500
"""Entries that are read at once when a condition may leave most of them out: some 300 kB."""
_TICK: Final = timedelta(microseconds=1)


class DynamoLedger:
    """`Ledger` in two tables: the entries, sorted by time and by number in local indexes, and the portfolios.

    The indexes are local because a page of the ledger shows what was traded a moment ago, and because a fold that
    found a gap must read the entries in between as they are.
    """

    def __init__(self, transactions: Table, portfolios: Table) -> None:
        self._transactions = transactions
        self._portfolios = portfolios

    def portfolio(self, user_id: str, pair: Pair) -> Portfolio | None:
        """A user's portfolio of a pair; None when there is none."""
        image = self._portfolios.get(user_id, str(pair))
        return None if image is None else self._portfolios.read(image, portfolio_of)

    def portfolios(self, user_id: str) -> Sequence[Portfolio]:
        """All portfolios of a user, by pair."""
        images = (image for page in self._portfolios.pages(user_id, consistent=True) for image in page)
        return list(self._portfolios.read_all(images, portfolio_of))

    def record(self, entry: LedgerEntry, after: Portfolio) -> bool:
        """Insert an entry and replace the portfolio that it changes, both or neither; see `ports.Ledger`.

        Raises:
            ConcurrentUpdate: the stored portfolio has not the number before.
            StoreUnavailable: DynamoDB did not answer.
        """
        inserted = (_item(entry, PERSON), TransactionItem.transaction_id.does_not_exist())
        replaced = (portfolio_item(after), PortfolioItem.sequence == after.sequence - 1)
        unmet = Table.put_together([(self._transactions, *inserted), (self._portfolios, *replaced)])
        if unmet == {1}:
            raise ConcurrentUpdate(f"the portfolio of {after.pair} has moved on")
        return not unmet

    def find(self, user_id: str, transaction_id: str) -> LedgerEntry | None:
        """A user's entry of this id."""
        image = self._transactions.get(user_id, transaction_id)
        return None if image is None else self._transactions.read(image, entry_from_image)

    def page(
        self, user_id: str, wanted: LedgerFilter, *, limit: int, start: LedgerPosition | None = None
    ) -> LedgerPage:
        """A user's entries, newest first, at most `limit`, of those after `start`; see `ports.Ledger`."""
        if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
            return LedgerPage(())
        # DynamoDB takes no place to begin at that lies outside of the range.
        if start is not None and wanted.until is not None and start.executed_at >= wanted.until:
            start = None
        if start is not None and wanted.since is not None and start.executed_at < wanted.since:
            return LedgerPage(())
        where = _where(wanted)
        pages = self._transactions.pages(
            user_id,
            index=BY_TIME,
            within=_within(wanted.since, wanted.until),
            where=where,
            start=None if start is None else _key(user_id, start),
            page=limit + 1 if where is None else max(limit + 1, SEARCHED),
            descending=True,
            consistent=True,
        )
        found = list(islice((image for page in pages for image in page), limit + 1))
        entries = list(self._transactions.read_all(found[:limit], entry_from_image))
        if len(found) <= limit:
            return LedgerPage(entries)
        return LedgerPage(entries, LedgerPosition(entries[-1].transaction.event_time, entries[-1].transaction_id))

    def after(self, user_id: str, pair: Pair, sequence: int) -> Iterator[LedgerEntry]:
        """A user's entries of a pair whose numbers are higher than `sequence`, in order of their numbers."""
        within = TransactionItem.pair_sequence.between(_number(pair, sequence + 1), _number(pair, 10**12 - 1))
        pages = self._transactions.pages(user_id, index=BY_SEQUENCE, within=within, consistent=True)
        return self._transactions.read_all((image for page in pages for image in page), entry_from_image)

    def erase(self, user_id: str, pseudonym: str) -> int:
        """Delete a user's portfolios and put their entries under a pseudonym, page by page; returns how many moved.

        An entry is written under the pseudonym before it is deleted under the user, so that a crash loses none; it is
        written as the same item again by whoever goes on.
        """
        held = self._portfolios.pages(user_id, consistent=True)
        self._portfolios.delete_many((user_id, image["pair"]["S"]) for page in held for image in page)
        moved = 0
        for page in self._transactions.pages(user_id, consistent=True):
            entries = list(self._transactions.read_all(page, entry_from_image))
            self._transactions.put_many(_item(pseudonymised(entry, pseudonym), PSEUDONYM) for entry in entries)
            self._transactions.delete_many((user_id, entry.transaction_id) for entry in entries)
            moved += len(entries)
        return moved


def _item(entry: LedgerEntry, owner: str) -> TransactionItem:
    transaction = entry.transaction
    # Times as the table sorts them: always to the microsecond.
    times = {"executed_at": transaction.event_time, "quote_time": entry.quote_time}
    number = _number(transaction.pair, entry.sequence)
    return TransactionItem(**(entry_to_fields(entry) | times), pair_sequence=number, owner=owner)


def _number(pair: Pair, sequence: int) -> str:
    return f"{pair}#{sequence:012d}"


def _within(since: datetime | None, until: datetime | None) -> Condition | None:
    at = TransactionItem.executed_at
    if since is not None and until is not None:
        return at.between(since, until - _TICK)
    if since is not None:
        return at >= since
    return None if until is None else at < until


def _where(wanted: LedgerFilter) -> Condition | None:
    of_pair = None if wanted.pair is None else TransactionItem.pair == str(wanted.pair)
    of_side = None if wanted.side is None else TransactionItem.side == wanted.side.value
    conditions = [condition for condition in (of_pair, of_side) if condition is not None]
    return reduce(and_, conditions) if conditions else None


def _key(user_id: str, place: LedgerPosition) -> Image:
    at = MomentAttribute().serialize(place.executed_at)
    return {"user_id": {"S": user_id}, "transaction_id": {"S": place.transaction_id}, "executed_at": {"S": at}}
