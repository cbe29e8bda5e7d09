"""What the services need from the world, as small protocols.

Each has an adapter on AWS and a real one in memory, under the same file name in `divisa.adapters.aws` and
`divisa.adapters.memory`, held to the same contract tests. Every adapter raises `Unavailable` (or a subclass) when its
component does not answer, and nothing of a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    import numpy as np
    from numpy.typing import NDArray

    from divisa.domain.behaviour import BehaviourSummary
    from divisa.domain.evaluation import Watch
    from divisa.domain.features import Question
    from divisa.domain.gate import GateState
    from divisa.domain.market import MarketState
    from divisa.domain.message import Email
    from divisa.domain.pair import Pair
    from divisa.domain.portfolio import Portfolio
    from divisa.domain.quote import Quote
    from divisa.domain.recipient import Channel, Recipient
    from divisa.domain.suggestion import Delivery, Suggestion


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present, UTC."""

    def age(self, at: datetime) -> timedelta:
        """How long ago `at` was, in time as people wait for it; negative when it lies ahead.

        A replay runs through days in seconds: there, a day-old event may be a second old.
        """

    def later(self, delay: timedelta) -> datetime:
        """The moment, UTC, that comes after waiting for `delay` from now; the inverse of `age`."""


class QuoteStream(Protocol):
    """Where price events are published."""

    def publish(self, quotes: Iterable[Quote]) -> int:
        """Append quotes in order, in order per pair; returns how many.

        Raises:
            StreamUnavailable: some were refused after every retry; what was accepted stays accepted.
        """


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """Everything that is remembered of a pair's quotes.

    Attributes:
        pair: which pair.
        gate: what the gate remembers.
        market: the folded state; None before the first accepted quote.
        quote: the newest accepted quote; None before the first.
        position: the newest stream position that was applied, "" before the first; compares as text.
        version: grows by one with every write; 0 when nothing is stored yet.
    """

    pair: Pair
    gate: GateState
    market: MarketState | None
    quote: Quote | None = None
    position: str = ""
    version: int = 0


class Markets(Protocol):
    """The market table."""

    def load(self, pair: Pair) -> MarketRecord:
        """The record of a pair; an empty one of version 0 when nothing is stored."""

    def save(self, record: MarketRecord) -> None:
        """Write a record that was loaded at `record.version`; it is stored as version + 1.

        Raises:
            ConcurrentUpdate: the stored version is another one.
        """


class Portfolios(Protocol):
    """The portfolio table."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Portfolio]:
        """Portfolios by user; users without one are absent."""

    def put_many(self, portfolios: Iterable[Portfolio]) -> None:
        """Write portfolios, whatever was there (seeding)."""


class Summaries(Protocol):
    """The table of behaviour summaries."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, BehaviourSummary[float]]:
        """Summaries by user, equal to the last bit to what was put; users without one are absent."""

    def put_many(self, pair: Pair, summaries: Mapping[str, BehaviourSummary[float]]) -> None:
        """Write summaries, whatever was there (seeding)."""


class Recipients(Protocol):
    """The table of people who may be told."""

    def get_many(self, user_ids: Sequence[str]) -> Mapping[str, Recipient]:
        """Recipients by user; unknown users are absent."""

    def put_many(self, recipients: Iterable[Recipient]) -> None:
        """Write recipients, whatever was there (seeding)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One watch replaced, and the suggestion that it causes.

    Attributes:
        before: the watch as it was read; the stored one must still have its generation.
        after: the watch to store, of generation `before.generation + 1`.
        suggestion: what the move suggests, if anything; inserted only if its id is new.
    """

    before: Watch
    after: Watch
    suggestion: Suggestion | None = None


class Watches(Protocol):
    """The table of watches, spread over shards by user.

    `broken` and `stale` may lag behind writes by moments; a move of a watch that was read too early is refused.
    """

    @property
    def shards(self) -> int:
        """How many shards a pair's watches are spread over."""

    def of_pair(self, pair: Pair) -> Iterator[Sequence[Watch]]:
        """Every watch of a pair, page by page."""

    def get_many(self, pair: Pair, user_ids: Sequence[str]) -> Mapping[str, Watch]:
        """Watches by user, as of now; users without one are absent."""

    def broken(
        self, pair: Pair, low: float, high: float, *, shard: int | None = None, limit: int | None = None
    ) -> Iterator[Sequence[Watch]]:
        """The watches that some price of a batch breaks: `upper <= high` or `lower > low`, each once, page by page.

        Args:
            pair: which pair.
            low: the lowest log price of the batch.
            high: the highest.
            shard: only this shard; None for all.
            limit: at most so many watches; None for all.
        """

    def stale(self, pair: Pair, shard: int, limit: int) -> Sequence[Watch]:
        """The watches of a shard whose `refresh_at` comes first, earliest first, at most `limit`, due or not."""

    def put_many(self, watches: Iterable[Watch]) -> None:
        """Write watches, whatever was there (seeding)."""

    def move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        """Apply moves, each by itself: replace the watch and insert its suggestion, both or neither.

        Returns:
            For each move False when the watch had moved on, or the suggestion existed: then nothing was written.

        Raises:
            StoreUnavailable: the table did not answer; some moves may have been applied, none by half.
        """


class Backlog(Protocol):
    """The queue of shards in which a move of the price broke more watches than are decided at once."""

    def put(self, pair: Pair, shards: Iterable[int]) -> None:
        """Ask for shards to be worked off. Asking twice is harmless.

        Raises:
            StoreUnavailable: the queue did not take them all.
        """


class Suggestions(Protocol):
    """The table of suggestions, as readers see it; they are written by `Watches.move_all`."""

    def of_user(self, user_id: str) -> Sequence[Suggestion]:
        """Every suggestion of a user, newest first."""

    def all(self) -> Iterator[Suggestion]:
        """Every suggestion there is, in no order (reports, small tables)."""


class Deliveries(Protocol):
    """The table of deliveries: one row for each suggestion and channel."""

    def claim(self, suggestion_id: str, channel: Channel, at: datetime) -> Delivery | None:
        """Become the one who sends: insert SENDING at `at`. None when claimed now, else the delivery that is there."""

    def settle(self, delivery: Delivery) -> None:
        """Write the final status of a claimed delivery.

        Raises:
            ConcurrentUpdate: it is not claimed, or settled already.
        """

    def release(self, suggestion_id: str, channel: Channel) -> None:
        """Give a claim back, when the channel surely did not take the message; a settled delivery stays."""

    def all(self) -> Iterator[Delivery]:
        """Every delivery there is, in no order (reports, small tables)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The model's answer for n rows.

    Attributes:
        probabilities: float64, shape (n, 3), columns HOLD, BUY, SELL, rows sum to 1.
        decisions: int8, shape (n,), values of `Decision`.
        lower, upper: the decision band, log price, float64, shape (n,): the decision is the same wherever
            lower <= x < upper; infinite where it never changes.
        model_version: which model answered.
    """

    probabilities: NDArray[np.float64]
    decisions: NDArray[np.int8]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    model_version: str


class Scorer(Protocol):
    """The model behind its endpoint."""

    def score(self, question: Question) -> Scores:
        """Probabilities, decisions and bands for n ≥ 1 users.

        Raises:
            ScorerUnavailable: no answer in time, after bounded retries.
            InvalidModel: the model does not take this question, or its answer does not fit.
        """


@dataclass(frozen=True, slots=True)
class Announcement:
    """One suggestion on its way to one channel."""

    suggestion: Suggestion
    channel: Channel


class SuggestionTopic(Protocol):
    """The topic that carries suggestions to the channels' queues."""

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish, with attributes channel, side and language.

        Raises:
            NotifierUnavailable: some were not taken; publishing all of them again is safe.
        """


class SmsGateway(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str) -> str:
        """Send to a number in E.164 form; returns the gateway's message id.

        Raises:
            InvalidContact: the gateway refuses the number.
            NotifierUnavailable: it did not take the message.
            DeliveryUncertain: it broke off, so nobody knows.
        """


class EmailGateway(Protocol):
    """Sends one email."""

    def send(self, address: str, email: Email) -> str:
        """Send to an address; returns the gateway's message id.

        Raises:
            InvalidContact: the gateway refuses the address.
            NotifierUnavailable: it did not take the message.
            DeliveryUncertain: it broke off, so nobody knows.
        """


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A price event that was not believed, kept whole.

    Attributes:
        entry_id: deterministic, from where it stood in the stream, or from its content.
        reason: a `Rejection`.
        detail: what was wrong, for people.
        payload: the bytes as they came.
        position: where it stood in the stream.
        arrived_at: when it came, UTC.
    """

    entry_id: str
    reason: str
    detail: str
    payload: bytes
    position: str
    arrived_at: datetime


class Quarantine(Protocol):
    """Where events go that were not believed."""

    def put_many(self, entries: Iterable[QuarantineEntry]) -> None:
        """Keep entries; the same entry again changes nothing."""

    def all(self) -> Iterator[QuarantineEntry]:
        """Every entry there is, by reason and id."""
