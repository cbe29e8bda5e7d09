"""The contract `transactions: user_id,event_time,pair,side,quantity,price`; times of a user and pair never go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from divisa.adapters.csv.table import RowReason, Table, Unusable, moment_of, pair_of, positive
from divisa.domain.transaction import Side, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from divisa.adapters.csv.table import OnReject
    from divisa.domain.pair import Pair

HEADER = ("user_id", "event_time", "pair", "side", "quantity", "price")


def read_transactions(path: Path, *, on_reject: OnReject) -> Iterator[Transaction]:
    """The transactions of a file, one at a time, in its order.

    Args:
        path: the file.
        on_reject: told each row that is no transaction, repeats one of the same moment in every field, or is older
            than the user's transactions in the pair before it.

    Raises:
        InvalidFile: the file as a whole is not of this contract; before the first row, or at a line that is no text.
    """
    newest: dict[tuple[str, Pair], list[Transaction]] = {}
    table = Table(path, HEADER, on_reject)
    for fields in table:
        try:
            transaction = _transaction(fields)
            same_moment = newest.get((transaction.user_id, transaction.pair), [])
            if same_moment and transaction.event_time < same_moment[0].event_time:
                raise Unusable(RowReason.OUT_OF_ORDER, "the user has a later transaction in this pair already")
            if transaction in same_moment:
                raise Unusable(RowReason.DUPLICATE, "the same transaction stands in the file already")
        except Unusable as problem:
            table.reject(problem)
            continue
        if same_moment and transaction.event_time == same_moment[0].event_time:
            same_moment.append(transaction)
        else:
            newest[transaction.user_id, transaction.pair] = [transaction]
        yield transaction


def _transaction(fields: list[str]) -> Transaction:
    user_id, time_text, pair_text, side_text, quantity, price = fields
    if not user_id:
        raise Unusable(RowReason.NO_USER, "user_id is empty")
    if side_text not in Side.__members__:
        raise Unusable(RowReason.UNKNOWN_SIDE, "side is neither BUY nor SELL")
    return Transaction(
        user_id=user_id,
        pair=pair_of(pair_text),
        side=Side(side_text),
        quantity=positive("quantity", quantity),
        price=positive("price", price),
        event_time=moment_of("event_time", time_text),
    )
