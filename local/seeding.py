"""Fill an empty laptop cloud with a population: who they are, what they hold, how they traded, where prices stood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from divisa.adapters.csv.users import read_users
from divisa.domain.behaviour import BehaviourSummary
from divisa.domain.columns import unstack
from divisa.domain.episodes import VisitRules, follow, watched
from divisa.domain.errors import InvalidFile, LaptopCloudError
from divisa.domain.evaluation import Watch
from divisa.domain.pair import round_money
from divisa.domain.portfolio import Portfolio
from divisa.ports import MarketRecord
from divisa.services.decide import in_chunks
from divisa.services.evaluate_users import EvaluateUsers
from local.charting import past_bars
from model.history import read_history

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from divisa.adapters.csv.users import UserRow
    from divisa.domain.errors import InvalidRow
    from divisa.domain.pair import Pair
    from divisa.ports import Scorer
    from local.stores import Stores

PART = "seed"
USED_BEFORE = "this cloud was used before; forget its data with `divisa down --wipe`"
SIGN_INS = 20
"""People who can sign in to the API: the first of the file. Everybody else is there to be told something."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was put into the cloud.

    Attributes:
        users: user and pair together, each counted once.
        as_of: event time of the newest quote that was folded, by pair.
        dropped: rows of the files that could not be used, by reason.
    """

    users: int
    as_of: Mapping[Pair, datetime]
    dropped: Mapping[str, int]


def is_seeded(stores: Stores) -> bool:
    """Whether the cloud knows a market."""
    return any(stores.markets.load(pair).market is not None for pair in stores.pairs)


def seed(
    stores: Stores,
    prices: Path,
    transactions: Path,
    users: Path,
    *,
    until: datetime | None = None,
    limit: int | None = None,
    scorer: Scorer | None = None,
    sign_ins: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> Seeded:
    """Replay the files up to a moment and store where everybody stands then.

    Args:
        stores: of a cloud in which nothing was suggested yet.
        prices: file of the contract `prices`.
        transactions: file of the contract `transactions`.
        users: file of the contract `users`.
        until: what happened later is left out, UTC; None for all.
        limit: at most so many users, the first of the file; None for all.
        scorer: the model, which says what every user would have been told already, so that the first quote does not
            tell everybody at once; None leaves all watches new, so that it asks about everybody.
        sign_ins: gives people of these names a sign-in each, and returns by name the subjects that they are stored
            under; None for people who never sign in, and are stored under the names of the file.
        on_stage: told in words what begins.

    Raises:
        InvalidFile: a file as a whole is not of its contract.
        ScorerUnavailable: the model does not answer.
        LaptopCloudError: the cloud was used before: old suggestions would be taken for new ones, and whoever traded
            over the API would hold what their ledger does not say.
    """
    if next(iter(stores.suggestions.all()), None) is not None:
        raise LaptopCloudError(PART, USED_BEFORE)
    dropped: Counter[str] = Counter()

    def reject(problem: InvalidRow) -> None:
        dropped[problem.reason] += 1

    served = (row for row in read_users(users, on_reject=reject) if row.pair in stores.pairs)
    people = list(islice(served, limit))
    if not people:
        raise InvalidFile(f"{users} has nobody who trades {', '.join(sorted(map(str, stores.pairs)))}")
    history = read_history(prices, transactions, dropped, until=until, on_stage=on_stage)
    on_stage("Replaying the ledger")
    rows = unstack(BehaviourSummary[float], history.newest())
    known = {(row.recipient.user_id, row.pair) for row in people}
    summaries = {owner: row for owner, row in zip(history.owners, rows, strict=True) if owner in known}

    if sign_ins is not None:
        subjects = sign_ins(list(dict.fromkeys(row.recipient.user_id for row in people))[:SIGN_INS])
        people = [_named(row, subjects) for row in people]
        summaries = {(subjects.get(user, user), pair): row for (user, pair), row in summaries.items()}
    if _anybody_traded(stores, people):
        raise LaptopCloudError(PART, USED_BEFORE)

    on_stage(f"Storing {len(people):,} users")
    records = {
        pair: MarketRecord(pair, past.gate, past.market, past.quote, version=stores.markets.load(pair).version)
        for pair, past in history.markets.items()
        if pair in stores.pairs and past.market is not None
    }
    for pair in records:
        of_pair = {user: row for (user, traded), row in summaries.items() if traded == pair}
        stores.summaries.put_many(pair, of_pair)
    stores.portfolios.put_many(_portfolio(row, summaries.get((row.recipient.user_id, row.pair))) for row in people)
    stores.recipients.put_many(row.recipient for row in people)
    if scorer is not None:
        on_stage("Asking the model where everybody stands")
    for pair in stores.pairs:
        watches = [Watch(row.recipient.user_id, row.pair) for row in people if row.pair == pair]
        if scorer is not None and watches and pair in records:
            watches = _decided(watches, records[pair], EvaluateUsers(stores.summaries, scorer), stores.watch_age)
        stores.watches.put_many(watches)
    stores.bars.merge(past_bars(prices, frozenset(records), until=until))
    # Last, since a cloud that knows a market is taken for seeded.
    for record in records.values():
        stores.markets.save(record)
    as_of = {pair: at for pair, record in records.items() if (at := record.gate.last_event_time) is not None}
    return Seeded(len(people), as_of, dict(dropped))


def _decided(
    watches: Sequence[Watch], record: MarketRecord, evaluate: EvaluateUsers, refresh_age: timedelta
) -> list[Watch]:
    """Watches of one pair that hold what the model says at its newest price, suggesting nothing.

    Who would be told a side is in that visit already. They grow old one after the other, evenly over the refresh age.
    """
    quote, market = record.quote, record.market
    if quote is None or market is None:
        return list(watches)
    at, rules, decided = quote.event_time, VisitRules(), list[Watch]()
    for chunk in in_chunks(watches):
        users = [watch.user_id for watch in chunk]
        evaluations = evaluate(record.pair, users, market, quote.log_mid, rules.margin)
        for row, watch in enumerate(chunk):
            answer = evaluations.of(row)
            visit, begins = follow(None, answer.decision, answer.reach, quote.log_mid, at, rules)
            decided.append(
                replace(
                    watch,
                    band=watched(visit, answer.quiet),
                    decision=answer.decision,
                    visit=visit,
                    episode=int(begins),
                    evaluated_at=at,
                    refresh_at=at + refresh_age * ((len(decided) + 1) / len(watches)),
                    model_version=answer.model_version,
                )
            )
    return decided


def _anybody_traded(stores: Stores, people: Sequence[UserRow]) -> bool:
    """Whether the ledger has an entry of any of them."""
    held = (
        stores.portfolios.get_many(pair, [row.recipient.user_id for row in people if row.pair == pair])
        for pair in stores.pairs
    )
    return any(portfolio.sequence > 0 for of_pair in held for portfolio in of_pair.values())


def _named(row: UserRow, subjects: Mapping[str, str]) -> UserRow:
    user = row.recipient.user_id
    return replace(row, recipient=replace(row.recipient, user_id=subjects.get(user, user)))


def _portfolio(row: UserRow, summary: BehaviourSummary[float] | None) -> Portfolio:
    """A portfolio whose base cost what the ledger says, or nothing where the ledger does not know."""
    known = summary is not None and not np.isnan(summary.cost)
    cost = row.base_balance * Decimal(repr(summary.cost)) if known and summary is not None else Decimal(0)
    return Portfolio(
        user_id=row.recipient.user_id,
        pair=row.pair,
        base_balance=row.base_balance,
        quote_balance=row.quote_balance,
        base_cost=round_money(cost, row.pair.quote),
    )
