"""Fold what users traded into their summaries, once and in order, and evaluate them again at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from divisa.domain.behaviour import fold_rows
from divisa.domain.errors import ConcurrentUpdate, InvalidModel, ScorerUnavailable
from divisa.domain.evaluation import Watch
from divisa.ports import Advance
from divisa.services.suggest import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from divisa.domain.ledger import LedgerEntry
    from divisa.domain.pair import Pair
    from divisa.ports import Ledger, Summaries, SummaryRecord, Watches
    from divisa.services.reevaluate_users import ReevaluateUsers

ATTEMPTS: Final = 5
"""How often summaries are read again that others move on meanwhile."""


@dataclass(slots=True)
class FoldReport:
    """What a batch of the ledger's stream came to.

    Attributes:
        folded: entries that were folded, those among them that the stream had not brought yet.
        redelivered: records whose entry was in its summary before.
        missing: records whose entry is not in the ledger: its user was erased.
        watched: users who got a watch.
        outcome: what became of the watches that were decided about.
        postponed: why decisions were left to the next quote, by error; empty when the model answered.
    """

    folded: int = 0
    redelivered: int = 0
    missing: int = 0
    watched: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    postponed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoldLedger:
    """Brings the summaries of users up to their ledgers, then their watches up to their summaries.

    A record of the stream says that a user's ledger goes up to some number. What is folded is read from the ledger
    itself, from the number on that the summary has, so that it does not matter which records come, how often, and in
    which order; and of somebody who was erased nothing comes back, however old the records are that come again.

    The watches are brought up to date even when there was nothing to fold: whoever died between the two comes back.
    """

    summaries: Summaries
    ledger: Ledger
    watches: Watches
    reevaluate: ReevaluateUsers

    def __call__(self, entries: Sequence[LedgerEntry]) -> FoldReport:
        """Fold entries of a batch, in any order, and evaluate their users, each once a pair.

        When the model does not answer, the summaries stay folded and the next quote decides about their users.

        Raises:
            ConcurrentUpdate: others moved the same summaries or watches again and again; fold the batch again.
            StoreUnavailable: a table did not answer; fold the batch again.
            InvalidInput: something that is stored cannot be read.
        """
        report = FoldReport()
        brought: dict[Pair, dict[str, list[int]]] = {}
        for entry in entries:
            of_pair = brought.setdefault(entry.transaction.pair, {})
            of_pair.setdefault(entry.transaction.user_id, []).append(entry.sequence)
        for pair, numbers in brought.items():
            if users := self._fold(pair, numbers, report):
                self._watch(pair, users, report)
                self._evaluate(pair, users, report)
        return report

    def _fold(self, pair: Pair, numbers: Mapping[str, Sequence[int]], report: FoldReport) -> list[str]:
        """Bring summaries up to these numbers; returns the users whose summaries have them all."""
        waiting, done = list(numbers), list[str]()
        for attempt in range(ATTEMPTS):
            records = self.summaries.load(pair, waiting)
            if attempt == 0:
                report.redelivered += sum(
                    number <= records[user_id].sequence for user_id in waiting for number in numbers[user_id]
                )
            behind = [records[user_id] for user_id in waiting if records[user_id].sequence < max(numbers[user_id])]
            advances = self._advances(behind)
            saved = self.summaries.save(advances) if advances else ()
            report.folded += sum(
                advance.after.sequence - advance.before.sequence
                for advance, is_saved in zip(advances, saved, strict=True)
                if is_saved
            )
            reached = {user_id: record.sequence for user_id, record in records.items()}
            reached |= {advance.after.user_id: advance.after.sequence for advance in advances}
            waiting = [advance.after.user_id for advance, ok in zip(advances, saved, strict=True) if not ok]
            for user_id in records.keys() - set(waiting):
                missing = sum(number > reached[user_id] for number in numbers[user_id])
                report.missing += missing
                if not missing:
                    done.append(user_id)
            if not waiting:
                return sorted(done)
        raise ConcurrentUpdate(f"summaries of {pair} were moved on by others {ATTEMPTS} times")

    def _advances(self, records: Sequence[SummaryRecord]) -> list[Advance]:
        """The records after all of the ledger that follows them; those after which nothing follows are left out."""
        later = [list(_following(record, self.ledger)) for record in records]
        folded = [record.summary for record in records]
        for step in range(max(map(len, later), default=0)):
            rows = [row for row, entries in enumerate(later) if step < len(entries)]
            each = [later[row][step] for row in rows]
            after = fold_rows([folded[row] for row in rows], [e.transaction for e in each], [e.market for e in each])
            for row, summary in zip(rows, after, strict=True):
                folded[row] = summary
        return [
            Advance(record, replace(record, summary=summary, sequence=entries[-1].sequence))
            for record, summary, entries in zip(records, folded, later, strict=True)
            if entries
        ]

    def _watch(self, pair: Pair, users: Sequence[str], report: FoldReport) -> None:
        """Give a watch to those who have none, unless they were erased just now."""
        watched = self.watches.get_many(pair, users)
        new = [user_id for user_id in users if user_id not in watched]
        held = [user_id for user_id in new if self.ledger.portfolio(user_id, pair) is not None]
        if held:
            report.watched += self.watches.insert([Watch(user_id, pair) for user_id in held])

    def _evaluate(self, pair: Pair, users: Sequence[str], report: FoldReport) -> None:
        try:
            report.outcome.add(self.reevaluate(pair, users))
        except (ScorerUnavailable, InvalidModel) as error:
            report.outcome.add(self.reevaluate.put_off(pair, users))
            report.postponed.append(f"{type(error).__name__}: {error}")


def _following(record: SummaryRecord, ledger: Ledger) -> Iterator[LedgerEntry]:
    """The entries that follow a record, up to a gap: there is one only while a user is being erased."""
    entries = ledger.after(record.user_id, record.pair, record.sequence)
    for number, entry in enumerate(entries, start=record.sequence + 1):
        if entry.sequence != number:
            return
        yield entry
