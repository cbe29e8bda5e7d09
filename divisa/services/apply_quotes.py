"""Apply a batch of price events: gate, fold, decide about the watches that it breaks, and only then remember it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from divisa.domain.bars import bars_of, joined
from divisa.domain.decision import Cause
from divisa.domain.errors import InvalidInput, InvalidModel, InvalidQuote, ScorerUnavailable, StoreUnavailable
from divisa.domain.gate import GateLimits, Rejection, admit
from divisa.domain.market import fold
from divisa.ports import QuarantineEntry
from divisa.services.decide import in_chunks
from divisa.services.suggest import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from divisa.domain.bars import Bar
    from divisa.domain.evaluation import Watch
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.ports import Backlog, Bars, Clock, MarketRecord, Markets, Quarantine, Watches
    from divisa.services.decide import Decide


AT_ONCE: Final = 2000
"""Candidates of one batch that are decided about without the backlog: some seconds of DynamoDB's writes."""
MAX_UNWRITTEN: Final = 500
"""Bars of a pair that wait to be written, at most: five hours of minutes and all that is longer, some 100 KB."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record of the quote stream.

    Attributes:
        position: where it stands in the stream; compares as text within a pair.
        payload: the bytes as they came.
        arrived_at: when the stream took it, UTC.
        content: the quote, or why it is none.
    """

    position: str
    payload: bytes
    arrived_at: datetime
    content: Quote | InvalidQuote


@dataclass(slots=True)
class Report:
    """What a batch came to.

    Attributes:
        accepted: quotes that were believed and folded.
        redelivered: records that had been applied before.
        rejected: records in quarantine, by reason.
        outcome: what became of the watches that were decided about.
        put_off: pairs whose broken watches went to the backlog, being too many to decide about at once.
        postponed: why decisions were left to the next quote, by error; empty when the model answered.
        bars_unwritten: why bars were left to the pair's next batch, by error; empty when the table took them.
    """

    accepted: int = 0
    redelivered: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    outcome: Outcome = field(default_factory=Outcome)
    put_off: int = 0
    postponed: list[str] = field(default_factory=list)
    bars_unwritten: list[str] = field(default_factory=list)


class Candidates(Protocol):
    """Which watches a batch of quotes is decided about."""

    def __call__(self, pair: Pair, low: float, high: float) -> Iterator[Sequence[Watch]]:
        """Watches page by page, given the batch's lowest and highest log price."""


def everyone(watches: Watches) -> Candidates:
    """The reference: every watch, broken or not. What the others answer is measured against it."""
    return lambda pair, low, high: watches.of_pair(pair)


@dataclass(frozen=True, slots=True)
class ApplyQuotes:
    """Applies batches of the quote stream.

    A pair's record is written last, conditional on its version. A consumer that dies before has written nothing that
    the next attempt would not write again the same; one that dies after decides once more, about what is still broken.
    When the model does not answer, the quotes still count; the watches stay broken, so that the next quote decides.
    When the table of bars does not, they still count too; the record keeps the bars until the pair's next batch.

    Attributes:
        candidates: which watches are decided about: `watches.broken`, or `everyone`.
        at_once: more candidates than this go to the backlog, so that a move that breaks a large share does not hold
            up the prices behind it.
    """

    pairs: frozenset[Pair]
    markets: Markets
    candidates: Candidates
    quarantine: Quarantine
    decide: Decide
    backlog: Backlog
    bars: Bars
    clock: Clock
    limits: GateLimits
    shards: int
    at_once: int = AT_ONCE

    def __call__(self, arrivals: Sequence[Arrival]) -> Report:
        """Apply records in stream order; those of one pair are conflated and decided at the last accepted quote.

        Raises:
            ConcurrentUpdate: another consumer applied quotes of the same pair meanwhile; apply the batch again.
            StoreUnavailable: a table or the quarantine did not answer; apply the batch again.
        """
        report = Report()
        by_pair: dict[Pair, list[tuple[Arrival, Quote]]] = {}
        refused: list[QuarantineEntry] = []
        for arrival in arrivals:
            if isinstance(arrival.content, InvalidQuote):
                refused.append(_entry(arrival, arrival.content.reason, arrival.content.detail))
            elif arrival.content.pair not in self.pairs:
                refused.append(_entry(arrival, Rejection.UNKNOWN_PAIR, f"{arrival.content.pair} is not served here"))
            else:
                by_pair.setdefault(arrival.content.pair, []).append((arrival, arrival.content))
        self._keep(refused, report)
        for pair, events in by_pair.items():
            self._apply_pair(pair, events, report)
        return report

    def _apply_pair(self, pair: Pair, events: Sequence[tuple[Arrival, Quote]], report: Report) -> None:
        record = self.markets.load(pair)
        gate, market, newest, position = record.gate, record.market, record.quote, record.position
        believed: list[Quote] = []
        refused: list[QuarantineEntry] = []
        for arrival, quote in events:
            if arrival.position <= position:
                report.redelivered += 1
                continue
            position = arrival.position
            gate, reason = admit(gate, quote, age=self.clock.age(quote.event_time), limits=self.limits)
            if reason is not None:
                refused.append(_entry(arrival, reason, f"quote {quote.sequence} of {quote.source}"))
            else:
                market, newest = fold(market, quote), quote
                believed.append(quote)
        self._keep(refused, report)
        report.accepted += len(believed)
        after = replace(record, gate=gate, market=market, quote=newest, position=position)
        is_done = self._decide(after, [quote.log_mid for quote in believed], report)
        if position != record.position:
            unwritten = self._chart(joined([*record.unwritten, *bars_of(believed)]), report)
            self.markets.save(replace(after, unwritten=unwritten))
        if not is_done:
            # Behind the save, since whoever works it off decides at the price that is stored.
            self.backlog.put(pair, range(self.shards))
            report.put_off += 1

    def _decide(self, record: MarketRecord, prices: Sequence[float], report: Report) -> bool:
        """Decide about the candidates at the newest quote; False when there are too many of them."""
        newest = self.decide.newest(record)
        if newest is None:
            return True
        quote, market = newest
        # A batch that came again has no prices of its own: what an earlier attempt left undone is broken still.
        prices = prices or [quote.log_mid]
        found: list[Watch] = []
        for page in self.candidates(quote.pair, min(prices), max(prices)):
            found += page
            if len(found) > self.at_once:
                return False
        for chunk in in_chunks(found):
            try:
                report.outcome.add(self.decide(quote, market, chunk, Cause.BROKEN))
            except (ScorerUnavailable, InvalidModel) as error:
                report.postponed.append(f"{type(error).__name__}: {error}")
                break
        return True

    def _chart(self, bars: Sequence[Bar], report: Report) -> tuple[Bar, ...]:
        """Write bars; returns those that are left to the next batch, since no chart holds up a price."""
        if not bars:
            return ()
        try:
            self.bars.merge(bars)
        except (StoreUnavailable, InvalidInput) as error:
            report.bars_unwritten.append(f"{type(error).__name__}: {error}")
            # Should there be too many, the shortest and oldest are missed least.
            return tuple(sorted(bars, key=lambda bar: (bar.interval.length, bar.start))[-MAX_UNWRITTEN:])
        return ()

    def _keep(self, entries: Sequence[QuarantineEntry], report: Report) -> None:
        if entries:
            self.quarantine.put_many(entries)
            report.rejected.update(entry.reason for entry in entries)


def _entry(arrival: Arrival, reason: str, detail: str) -> QuarantineEntry:
    return QuarantineEntry(
        entry_id=hashlib.sha256(arrival.position.encode()).hexdigest()[:26],
        reason=str(reason),
        detail=detail,
        payload=arrival.payload,
        position=arrival.position,
        arrived_at=arrival.arrived_at,
    )
