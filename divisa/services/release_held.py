"""Look at what quiet hours held back once more, when they are over: let it out at today's price, or drop it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from divisa.domain.policy import judge
from divisa.domain.reasons import reasons_for
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from divisa.ports import MAX_RELEASES, Release
from divisa.services.gather_facts import proposal_of
from divisa.services.log_decisions import Judged, LookedAtAgain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from divisa.domain.market import MarketState
    from divisa.domain.pair import Pair
    from divisa.domain.policy import Facts, PolicyRules
    from divisa.domain.quote import Quote
    from divisa.domain.reasons import Reason
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Clock, HeldSuggestions, Markets, PolicySource, Suggestions
    from divisa.services.decide import Decide
    from divisa.services.evaluate_users import Evaluations
    from divisa.services.gather_facts import GatherFacts
    from divisa.services.log_decisions import LogDecisions

PATIENCE: Final = timedelta(hours=24)
"""How long a suggestion may wait for a live price after its quiet hours; then nobody would know what it was about."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before whatever may be held still."""
CHUNK: Final = 100
"""Users who are looked at together: one question to the model, answered within a second."""


@dataclass(slots=True)
class Released:
    """What became of suggestions that were held.

    Attributes:
        users: who were looked at.
        told: let out.
        dropped: not let out after all, by reason.
        held: held until later, since it is quiet again.
        waiting: left as they are, until the price of their pair is alive.
        raced: left to whoever had changed one of the same user meanwhile.
        unlogged: decisions that stand, and that the decision log did not take.
    """

    users: int = 0
    told: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    held: int = 0
    waiting: int = 0
    raced: int = 0
    unlogged: int = 0

    def add(self, other: Released) -> None:
        """Count another outcome in."""
        self.users += other.users
        self.told += other.told
        self.dropped += other.dropped
        self.held += other.held
        self.waiting += other.waiting
        self.raced += other.raced
        self.unlogged += other.unlogged

    def count(self, releases: Sequence[Release]) -> None:
        """Count what was written."""
        for after in (release.after for release in releases):
            if after.suppressed is not None:
                self.dropped[after.suppressed.value] += 1
            elif after.is_held:
                self.held += 1
            else:
                self.told += 1


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found out about the held suggestions of one pair at its live quote.

    Attributes:
        at: the moment of decision, UTC.
        rows: of the evaluations, by user.
        judged: what the rules said, by suggestion; the others had come to nothing before.
    """

    quote: Quote
    at: datetime
    evaluations: Evaluations
    rules: PolicyRules
    rows: Mapping[str, int]
    judged: dict[str, Judged] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReleaseHeld:
    """Releases the suggestions whose quiet hours are over.

    A user gets one message at most, whatever was held: of those that are still worth saying the one that they would
    do most probably. All others are dropped as MERGED, also those that wait for the price of their pair: else they
    would be told some minutes later. All of a user's are written in one transaction, on the condition that each is
    still held as it was read; so a run that is killed, repeated or overtaken tells nobody twice and forgets nothing:
    what it has not written is still due. What was written is logged after that, also when a later one fails.
    """

    held: HeldSuggestions
    suggestions: Suggestions
    markets: Markets
    decide: Decide
    gather: GatherFacts
    policy: PolicySource
    clock: Clock
    log: LogDecisions

    def __call__(self, shard: int, at_most: int) -> Released:
        """Release what is due in a shard, of at most so many users, who is due for longest first.

        Raises:
            ScorerUnavailable: the model did not answer; the next run goes on.
            InvalidModel: its answer does not fit; the next run goes on.
            StoreUnavailable: a table did not answer; the next run goes on.
        """
        outcome = Released()
        users = islice(self._due(shard), at_most)
        while chunk := list(islice(users, CHUNK)):
            outcome.add(self._release(chunk))
        return outcome

    def _due(self, shard: int) -> Iterator[str]:
        """Users with something that can be decided now, each once; those who wait for a price stand in nobody's way."""
        now, seen = self.clock.now(), set[str]()
        alive: dict[Pair, bool] = {}
        for page in self.held.due(shard, now):
            for each in page:
                if each.user_id in seen:
                    continue
                if each.pair not in alive:
                    alive[each.pair] = self._live(each.pair) is not None
                if alive[each.pair] or _is_given_up(each, now):
                    seen.add(each.user_id)
                    yield each.user_id

    def _live(self, pair: Pair) -> tuple[Quote, MarketState] | None:
        return self.decide.newest(self.markets.load(pair))

    def _release(self, users: Sequence[str]) -> Released:
        outcome, now = Released(users=len(users)), self.clock.now()
        recent = self.suggestions.since(users, BEGINNING)
        held = {user: [each for each in recent.get(user, ()) if each.is_held] for user in users}
        afters: dict[str, Suggestion] = {}
        looks: dict[Pair, _Look] = {}
        for pair in sorted({each.pair for every in held.values() for each in every}):
            mine = [each for every in held.values() for each in every if each.pair == pair]
            if (live := self._live(pair)) is not None:
                looks[pair] = self._look(*live, mine)
                afters |= self._decided(looks[pair], mine)
            else:
                given_up = [each for each in mine if _is_given_up(each, now)]
                afters |= {each.suggestion_id: _dropped(each, Suppression.STALE_QUOTE) for each in given_up}
        written: list[Release] = []
        try:
            for mine in held.values():
                decided = _merged(mine, afters)
                outcome.waiting += len(mine) - len(decided)
                outcome.add(self._write(decided, written))
        finally:
            outcome.unlogged += sum(self._log(look, written) for look in looks.values())
        return outcome

    def _log(self, look: _Look, written: Sequence[Release]) -> int:
        looked = [
            LookedAtAgain(
                look.rows[each.before.user_id], each.before, each.after, look.judged.get(each.before.suggestion_id)
            )
            for each in written
            if each.before.pair == look.quote.pair
        ]
        return self.log.released(look.quote, look.at, look.evaluations, looked, look.rules)

    def _write(self, releases: Sequence[Release], written: list[Release]) -> Released:
        """Write what was decided about one user; what is told comes last, so that nothing is told before it is sure."""
        outcome = Released()
        for start in range(0, len(releases), MAX_RELEASES):
            together = releases[start : start + MAX_RELEASES]
            if not self.held.release(together):
                outcome.raced += len(releases) - start
                break
            written += together
            outcome.count(together)
        return outcome

    def _look(self, quote: Quote, market: MarketState, held: Sequence[Suggestion]) -> _Look:
        """What the model says now of those who have something held, before any rule is asked."""
        users = list(dict.fromkeys(each.user_id for each in held))
        rows = {user: row for row, user in enumerate(users)}
        evaluations = self.decide.evaluate(quote.pair, users, market, quote.log_mid)
        at = quote.event_time + self.clock.age(quote.event_time)
        return _Look(quote, at, evaluations, self.policy.current(), rows)

    def _decided(self, look: _Look, held: Sequence[Suggestion]) -> Mapping[str, Suggestion]:
        """What is to become of held suggestions of one pair, by id; those that have to wait are left out."""
        evaluations, rows, rules = look.evaluations, look.rows, look.rules
        decisions = list(evaluations.each())
        decided: dict[str, Suggestion] = {}
        judged: dict[str, Suggestion] = {}
        for each in sorted(held, key=lambda one: one.episode):
            if decisions[rows[each.user_id]].decision.side is not each.side:
                decided[each.suggestion_id] = _dropped(each, Suppression.NOT_NOW)
                continue
            if (older := judged.get(each.user_id)) is not None:
                decided[older.suggestion_id] = _dropped(older, Suppression.MERGED)
            judged[each.user_id] = each
        proposals = [proposal_of(evaluations, rows[user], each.episode) for user, each in judged.items()]
        gathered = self.gather(look.quote, evaluations.market, proposals, rules)
        for (user, each), facts in zip(judged.items(), gathered, strict=True):
            verdict = judge(facts, rules)
            look.judged[each.suggestion_id] = Judged(facts, verdict, each.suggestion_id)
            reason = verdict.suppressed
            if reason is not None and reason is not Suppression.HOLDOUT:
                decided[each.suggestion_id] = _dropped(each, reason)
            elif verdict.quiet_until is None:
                reasons = reasons_for(each.side, evaluations.evidence(rows[user]), facts.propensity)
                decided[each.suggestion_id] = self._renewed(each, facts, reasons, rules, reason)
            elif verdict.quiet_until != each.held_until:
                decided[each.suggestion_id] = replace(each, held_until=verdict.quiet_until)
        return decided

    def _renewed(
        self,
        held: Suggestion,
        facts: Facts,
        reasons: tuple[Reason, ...],
        rules: PolicyRules,
        held_out: Suppression | None,
    ) -> Suggestion:
        """The suggestion as it is told, at today's price; of whoever is held out as it would be told."""
        recipient, quote = facts.recipient, facts.quote
        reachable = () if recipient is None else recipient.reachable()
        return replace(
            held,
            amount=facts.amount,
            price=quote.ask if facts.side is Side.BUY else quote.bid,
            quote_time=quote.event_time,
            quote_sequence=quote.sequence,
            reasons=reasons,
            propensity=facts.propensity,
            model_version=facts.model_version,
            created_at=self.clock.now(),
            expires_at=self.clock.later(rules.lifetime),
            language=held.language if recipient is None else recipient.language,
            channels=() if held_out else reachable,
            intended=next(iter(reachable), None),
            suppressed=held_out,
            opened_at=None,
            held_until=None,
        )


def _is_given_up(held: Suggestion, now: datetime) -> bool:
    return held.held_until is not None and now - held.held_until > PATIENCE


def _dropped(held: Suggestion, reason: Suppression) -> Suggestion:
    return replace(held, suppressed=reason)


def _merged(held: Sequence[Suggestion], afters: Mapping[str, Suggestion]) -> Sequence[Release]:
    """What is written of one user: at most one is told, the last; then nothing else of theirs is held any longer.

    Who is held out is told nothing only here, so that those told and those held out have come the same way.
    """
    decided = [Release(each, afters[each.suggestion_id]) for each in held if each.suggestion_id in afters]
    renewed = [each for each in decided if each.after.held_until is None]
    if not renewed:
        return decided
    best = max(renewed, key=lambda each: (each.after.propensity, each.after.suggestion_id))
    dropped = [each for each in decided if each.after.held_until is not None and each.after.suppressed is not None]
    settled = {each.before.suggestion_id for each in (*dropped, best)}
    merged = [Release(each, _dropped(each, Suppression.MERGED)) for each in held if each.suggestion_id not in settled]
    return [*dropped, *merged, best]
