"""Apply a batch of price events: gate, fold, evaluate, suggest, and only then remember that it was done."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from divisa.domain.errors import InvalidModel, InvalidQuote, ScorerUnavailable
from divisa.domain.gate import GateLimits, Rejection, admit
from divisa.domain.market import fold
from divisa.ports import QuarantineEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.domain.quote import Quote
    from divisa.ports import Clock, Markets, Quarantine, Watches
    from divisa.services.evaluate_users import EvaluateUsers
    from divisa.services.suggest import Suggest


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
        evaluated: users that the model was asked about.
        suggested: suggestions let out.
        suppressed: suggestions recorded and not let out, by reason.
        raced: watches that another consumer moved first.
        postponed: why evaluations were left to the next quote, by error; empty when the model answered.
    """

    accepted: int = 0
    redelivered: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    evaluated: int = 0
    suggested: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    raced: int = 0
    postponed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ApplyQuotes:
    """Applies batches of the quote stream.

    A pair's record is written last, conditional on its version. A consumer that dies before has written nothing that
    the next attempt would not write again the same; one that dies after has nothing left to do. When the model does
    not answer, the quotes still count and the next quote evaluates.
    """

    pairs: frozenset[Pair]
    markets: Markets
    watches: Watches
    quarantine: Quarantine
    evaluate: EvaluateUsers
    suggest: Suggest
    clock: Clock
    limits: GateLimits

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
        gate, market, position = record.gate, record.market, record.position
        newest: Quote | None = None
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
                report.accepted += 1
        self._keep(refused, report)
        if newest is not None and market is not None:
            self._decide(newest, market, report)
        if position != record.position:
            self.markets.save(replace(record, gate=gate, market=market, position=position))

    def _decide(self, quote: Quote, market: MarketState, report: Report) -> None:
        for watches in self.watches.of_pair(quote.pair):
            try:
                evaluations = self.evaluate(quote.pair, [w.user_id for w in watches], market, quote.event_time)
            except (ScorerUnavailable, InvalidModel) as error:
                report.postponed.append(f"{type(error).__name__}: {error}")
                return
            report.evaluated += len(watches)
            outcome = self.suggest(quote, watches, evaluations)
            report.suggested += outcome.suggested
            report.suppressed += outcome.suppressed
            report.raced += outcome.raced

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
