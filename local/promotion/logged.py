"""The log's decisions, and what the people did whom they were about."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.adapters.aws.decisions import S3Decisions
from divisa.adapters.csv.kinds import EPOCH, MICROSECOND
from divisa.adapters.csv.transactions import read_transactions
from divisa.domain.errors import InvalidInput
from divisa.domain.transaction import Side
from divisa.ports import Foreign, LedgerFilter
from local.deciding_again import read_file
from model.promotion.traffic import trades_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from divisa.domain.decision import DecisionRecord
    from divisa.ports import Ledger, Logged
    from local.promotion.stage import Stage
    from model.promotion.traffic import Trades

MOST = 200_000
"""Decisions that are read, the newest first: more say nothing new."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Log:
    """What was read.

    Attributes:
        records: decisions.
        foreign: lines that another version of the code has written, which are passed over.
        trades: what the users did.
        until: the moment until which it is known what they did, UTC.
    """

    records: Sequence[DecisionRecord]
    foreign: int
    trades: Trades
    until: datetime


def read(
    stage: Stage,
    decisions: Path | None,
    transactions: Path | None,
    *,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Log:
    """The newest decisions of a stage's log, or of a file or a folder, and what the ledger says of their users.

    Args:
        stage: whose log and ledger.
        decisions: a file of the log, or a folder of such; None for the stage's own.
        transactions: a file of the contract `transactions`; None for the stage's own ledger.
        on_stage: told in words what begins.

    Raises:
        InvalidInput: there is no such file, or a line of it is no decision.
        InvalidFile: the transactions are not of their contract.
        StoreUnavailable: the log or the ledger cannot be read.
    """
    on_stage("Reading the decision log")
    records, foreign = [], 0
    for each in _decisions(stage, decisions):
        if isinstance(each, Foreign):
            foreign += 1
        else:
            records.append(each.record)
        if len(records) == MOST:
            break
    on_stage(f"Looking up what the users of {len(records):,} decisions did")
    if transactions is not None:
        trades, until = _from_file(transactions)
    else:
        until = max((record.at for record in records), default=EPOCH)
        trades = trades_of(_from_ledger(_ledger(stage), records)) if records else {}
    return Log(records, foreign, trades, until)


def _decisions(stage: Stage, decisions: Path | None) -> Iterator[Logged | Foreign]:
    if decisions is None:
        yield from S3Decisions(stage.s3, stage.names.lake_bucket).all()
    elif decisions.is_dir():
        files = sorted((path for path in decisions.rglob("*") if path.is_file()), reverse=True)
        if not files:
            raise InvalidInput(f"{decisions} has no file in it")
        for path in files:
            yield from read_file(path)
    else:
        yield from read_file(decisions)


def _from_file(transactions: Path) -> tuple[Trades, datetime]:
    """Nobody recorded what happened after the last transaction."""
    read = read_transactions(transactions, on_reject=lambda problem: None)
    moments = [EPOCH + at * MICROSECOND for at in read.at.tolist()]
    sides = [Side.BUY if buy else Side.SELL for buy in read.buy.tolist()]
    whose = [(read.users[user], str(read.pairs[pair])) for user, pair in zip(read.user, read.pair, strict=True)]
    entries = ((*each, at, side) for each, at, side in zip(whose, moments, sides, strict=True))
    return trades_of(entries), max(moments, default=EPOCH)


def _from_ledger(ledger: Ledger, records: Sequence[DecisionRecord]) -> Iterable[tuple[str, str, datetime, Side]]:
    """Entries of the decisions' users from their first decision on."""
    first: dict[str, datetime] = {}
    for record in records:
        first[record.user_id] = min(first.get(record.user_id, record.at), record.at)
    for user_id, since in first.items():
        start, wanted = None, LedgerFilter(since=since - timedelta(days=1))
        while True:
            page = ledger.page(user_id, wanted, limit=_PAGE, start=start)
            for entry in page.entries:
                each = entry.transaction
                yield user_id, str(each.pair), each.event_time, each.side
            if page.next is None:
                break
            start = page.next


def _ledger(stage: Stage) -> Ledger:
    from divisa.adapters.aws.ledger import DynamoLedger
    from divisa.adapters.aws.tables import Tables

    if stage.is_local:
        from local import cloud

        os.environ.update(cloud.running().environ())
    tables = Tables(stage.names.table_prefix)
    return DynamoLedger(tables.transactions, tables.portfolios)
