"""One test's people and prices. Everybody's cost is named by the test; the model's rule says who is told what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from math import log
from typing import TYPE_CHECKING
from zlib import crc32

from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.tables import Tables
from divisa.domain.evaluation import Watch, shard_of
from divisa.domain.ledger import enter, transaction_id_of
from divisa.domain.market import view
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from divisa.domain.transaction import Transaction
from local import dead_letters, inbox, telemetry
from local.outcome import reconcile
from tests.builders import USD_MXN, a_market_state, a_quote, a_recipient, a_summary

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime
    from typing import Any

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Delivery, Suggestion
    from divisa.domain.transaction import Side
    from divisa.ports import QuarantineEntry
    from local.inbox import InboxMessage
    from local.outcome import Outcome
    from local.stores import Stores
    from tests.integration.end_to_end.deployed import DeployedCloud

USD_BRL = Pair("USD", "BRL")


@dataclass
class World:
    """A test's own users, its own source of prices, and markets that have seen no price yet."""

    cloud: DeployedCloud
    name: str
    _people: dict[str, Pair] = field(default_factory=dict)
    _sequence: int = 0
    _newest: datetime | None = None
    _refused_before: frozenset[str] = frozenset()

    @property
    def stores(self) -> Stores:
        return self.cloud.stores

    def begin(self) -> None:
        """Forget what earlier tests made of the markets."""
        self.cloud.settle()
        for pair in self.stores.pairs:
            self.forget_market(pair)
        self._refused_before = frozenset(entry.entry_id for entry in self.stores.quarantine.all())

    def end(self) -> None:
        """Leave nobody behind whom another test's prices would concern."""
        deployment = self.cloud.deployment
        for user_id, pair in self._people.items():
            key = {"pair_shard": f"{pair}#{shard_of(user_id, deployment.watch_shards)}", "user_id": user_id}
            self.cloud.client("dynamodb").delete_item(
                TableName=f"{deployment.table_prefix}watches", Key={name: {"S": text} for name, text in key.items()}
            )

    # People

    def person(self, name: str, *, cost: str, pair: Pair = USD_MXN, **contact: Any) -> Recipient:
        """Somebody with dollars that cost so much, who may be told by email, else by SMS, unless said."""
        user_id = f"{self.name}-{name}"
        number = crc32(user_id.encode()) % 10**8
        known = replace(a_recipient(user_id, phone=f"+52155{number:08d}", email=f"{user_id}@example.com"), **contact)
        self.stranger(name, cost=cost, pair=pair)
        self.stores.recipients.put_many([known])
        return known

    def stranger(self, name: str, *, cost: str, pair: Pair = USD_MXN) -> str:
        """Somebody who trades, and of whom no contact is known; returns the user's id."""
        user_id, price, base = f"{self.name}-{name}", float(cost), Decimal(500)
        summary = a_summary(cost=price, last_buy=log(price), usual_buy=log(price), size=100.0, position=500.0)
        self._people[user_id] = pair
        portfolio = Portfolio(user_id, pair, base, quote_balance=Decimal(20_000), base_cost=base * Decimal(cost))
        self.stores.portfolios.put_many([portfolio])
        self.stores.summaries.put_many(pair, {user_id: summary})
        self.stores.watches.put_many([Watch(user_id, pair)])
        return user_id

    def watches(self) -> dict[str, Watch]:
        """What is remembered of this test's people, by user."""
        return {
            watch.user_id: watch
            for pair in self.stores.pairs
            for watch in self.stores.watches.get_many(
                pair, [user_id for user_id, of in self._people.items() if of == pair]
            ).values()
        }

    # Trades

    @cached_property
    def ledger(self) -> DynamoLedger:
        tables = Tables(self.cloud.deployment.table_prefix)
        return DynamoLedger(tables.transactions, tables.portfolios)

    def trade(self, user_id: str, side: Side, quantity: str, price: str) -> LedgerEntry:
        """The next entry of a user, recorded together with the portfolio, as the app's API does it."""
        ledger = self.ledger
        before = ledger.portfolio(user_id, USD_MXN)
        assert before is not None
        at = self.cloud.now()
        quote = self.quote(price, event_time=at)
        market = self.stores.markets.load(USD_MXN).market or a_market_state(price, at=at)
        transaction = Transaction(user_id, USD_MXN, side, Decimal(quantity), Decimal(price), at)
        key = transaction_id_of(user_id, f"order-{before.sequence + 1}")
        entry, after = enter(before, transaction, transaction_id=key, quote=quote, market=view(market), fingerprint=key)
        assert ledger.record(entry, after)
        return entry

    # Prices

    def quote(self, mid: str, *, pair: Pair = USD_MXN, **changes: Any) -> Quote:
        """The next price of this test's source, seen just now."""
        self._sequence += 1
        now = self.cloud.now()
        self._newest = now if self._newest is None else max(now, self._newest + timedelta(milliseconds=1))
        return replace(a_quote(mid, at=self._newest, sequence=self._sequence), pair=pair, source=self.name, **changes)

    def publish(self, *quotes: Quote) -> None:
        self.stores.stream.publish(quotes)

    def put(self, data: bytes, pair: Pair = USD_MXN) -> str:
        """Put bytes into the quote stream as they are; returns the record's sequence number."""
        put = self.cloud.client("kinesis").put_record(
            StreamName=self.cloud.deployment.quotes_stream_name, Data=data, PartitionKey=str(pair)
        )
        return str(put["SequenceNumber"])

    def forget_market(self, pair: Pair) -> None:
        self.cloud.client("dynamodb").delete_item(
            TableName=f"{self.cloud.deployment.table_prefix}market", Key={"pair": {"S": str(pair)}}
        )

    # What became of it

    def messages(self, person: Recipient) -> list[InboxMessage]:
        """What somebody got, text messages first."""
        return [each for each in inbox.read(self.cloud.addresses) if each.to in {person.phone, person.email}]

    def channels(self, person: Recipient) -> list[str]:
        """Over which channels somebody got messages, one entry a message."""
        return [message.channel.value for message in self.messages(person)]

    def suggestions(self) -> list[Suggestion]:
        return [each for user_id in self._people for each in self.stores.suggestions.of_user(user_id)]

    def deliveries(self) -> dict[tuple[str, str], Delivery]:
        """This test's deliveries by user and channel."""
        users = {each.suggestion_id: each.user_id for each in self.suggestions()}
        return {
            (users[each.suggestion_id], each.channel.value): each
            for each in self.stores.deliveries.all()
            if each.suggestion_id in users
        }

    def books(self) -> Outcome:
        """This test's suggestions held against deliveries, inboxes and dead-letter queues."""
        sent = {message.message_id for message in inbox.read(self.cloud.addresses)}
        return reconcile(self.suggestions(), self.stores.deliveries.all(), sent, dead_letters.read(self.cloud.running))

    def refused(self) -> list[QuarantineEntry]:
        """What this test brought into quarantine, in the order of the stream."""
        entries = [entry for entry in self.stores.quarantine.all() if entry.entry_id not in self._refused_before]
        return sorted(entries, key=lambda entry: entry.position)

    def counted(self, function: str | None = None) -> Counter[str]:
        """What a function, or else the quotes consumer, has counted since its deployment."""
        return telemetry.totals(self.cloud.addresses, function or self.cloud.deployment.quotes_function_name)

    def evaluated(self) -> int:
        """How many users the model was asked about since the deployment, whoever asked."""
        return sum(self.counted(name)["UsersEvaluated"] for name in self.cloud.deployment.deciding_function_names)
