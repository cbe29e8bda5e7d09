"""A life: what is decided about somebody, what of it is announced and sent, and what they wish meanwhile.

Whatever happens in it, every message is looked at in the moment in which it goes out.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from divisa.adapters.memory.held_suggestions import MemoryHeldSuggestions
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.errors import (
    ConcurrentUpdate,
    DeliveryUncertain,
    NotifierUnavailable,
    StoreUnavailable,
    Unavailable,
)
from divisa.domain.gate import GateLimits
from divisa.domain.pacing import WEEK
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.recipient import Channel, Recipient
from divisa.domain.suggestion import DeliveryStatus, Suggestion
from divisa.ports import Announcement
from divisa.services.deliver import LEASE, Deliver
from divisa.services.publish_suggestions import PublishSuggestions
from divisa.services.release_held import PATIENCE, ReleaseHeld
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_recipient, a_summary, a_watch
from tests.unit.services.post import Crash, MoodyDeliveries, MoodyTopic
from tests.unit.services.steps import REFUSALS, Answered, Decided, Mood, Sent, Wished
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from divisa.ports import Pacing
    from tests.unit.services.steps import Steps

PAIRS = (USD_MXN, Pair("USD", "BRL"), Pair("USD", "CLP"))
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = PolicyRules(
    cooldown=timedelta(0), lifetime=24 * HOUR, contradiction=timedelta(0), min_gain=None, holdout_share=0.0
)


def is_quiet(recipient: Recipient, at: datetime) -> bool:
    if (hours := recipient.quiet_hours) is None:
        return False
    wall = at.astimezone(ZoneInfo(recipient.time_zone)).time()
    return (hours.start <= wall < hours.end) if hours.start < hours.end else not hours.end <= wall < hours.start


class Still(MemorySuggestions):
    """Suggestions as they were when somebody began to decide."""

    def __init__(self, suggestions: MemorySuggestions) -> None:
        super().__init__()
        for each in suggestions.all():
            self.insert(each)


class Sight:
    """What those who decide see of the suggestions: what is there, or what was when they all began."""

    def __init__(self, suggestions: MemorySuggestions) -> None:
        self.suggestions = self.seen = suggestions

    def since(self, user_ids: Sequence[str], at: datetime) -> Mapping[str, Sequence[Suggestion]]:
        return self.seen.since(user_ids, at)


class Seen(MemoryRecipients):
    """Recipients as senders see them."""

    def __init__(self, recipients: MemoryRecipients, see: Callable[[Recipient], Recipient]) -> None:
        super().__init__()
        self.recipients, self.see = recipients, see

    def load(self, user_id: str) -> Recipient:
        return self.see(self.recipients.load(user_id))


class Life:
    """Ana's life, who trades three pairs."""

    def __init__(
        self,
        start: datetime = WEDNESDAY,
        *,
        pacing: Pacing | None = None,
        deliveries: MoodyDeliveries | None = None,
        see: Callable[[Recipient], Recipient] = lambda recipient: recipient,
    ) -> None:
        """`see` is what senders make of a recipient."""
        self.world = world = World(rules=RULES, pairs=frozenset(PAIRS), limits=GateLimits(outlier_floor=1.0))
        self.clock = world.clock
        self.clock.set(start)
        for pair in PAIRS[1:]:
            world.summaries.put_many(pair, {"ana": a_summary(cost=17.0)})
            world.portfolios.put_many([replace(a_portfolio(), pair=pair)])
            world.watches.put_many([replace(a_watch(), pair=pair)])
        self.sight = Sight(world.suggestions)
        gather = replace(world.suggest.gather, suggestions=cast("Any", self.sight))
        decide = replace(world.decide, suggest=replace(world.suggest, gather=gather))
        world.apply = replace(world.apply, decide=decide)
        held = MemoryHeldSuggestions(world.suggestions)
        self.release = ReleaseHeld(
            held, world.suggestions, world.markets, decide, gather, world.policy, world.clock, world.suggest.log
        )
        self.sequence, self.stored = 0, dict[str, Suggestion]()
        self.topic, self.stream, self.queue = MoodyTopic(), list[Suggestion](), deque[Announcement]()
        self.publish = PublishSuggestions(self.topic)
        self.mood, self.deliveries = Mood.SENT, deliveries or MoodyDeliveries()
        recipients, places = Seen(world.recipients, see), pacing or MemoryPacing()
        self.senders = {
            channel: Deliver(
                channel, self.deliveries, recipients, places, self.clock, partial(self._send, channel), self.topic
            )
            for channel in Channel
        }
        self.went_out: list[datetime] = []
        self.told: dict[tuple[object, ...], str] = {}
        self._wish(Wished())

    def live(self, steps: Steps) -> Life:
        """Go on with these steps."""
        for wait, step in steps:
            self.clock.advance(wait)
            if isinstance(step, Decided):
                self._decide(step)
            elif isinstance(step, Answered):
                self._answer(step)
            elif isinstance(step, Sent):
                self._deliver(step)
            else:
                self._wish(step)
            self._notice()
        return self

    def end(self) -> list[str]:
        """Let everything come to its end; returns the one thing that became of each suggestion, oldest first."""
        self._empty()
        self.clock.advance(PATIENCE + DAY + HOUR)
        self.release(0, 10)
        self._notice()
        self._empty()
        return [self._fate(each) for each in self.world.recorded()]

    def _wish(self, step: Wished) -> None:
        self.recipient = a_recipient(**step._asdict())
        self.world.recipients.put_many([self.recipient])

    def _answer(self, step: Answered) -> None:
        made = [each for each in self.world.suggestions.of_user("ana") if not (each.suppressed or each.response)]
        if made and step.response is None:
            self.world.suggestions.open("ana", made[0].suggestion_id, self.clock.now())
        elif made and step.response is not None:
            self.world.suggestions.answer("ana", made[0].suggestion_id, step.response, self.clock.now())

    def _decide(self, step: Decided) -> None:
        now, self.sight.seen = self.clock.now(), Still(self.world.suggestions)
        for pair, mid in zip(PAIRS, step.mids, strict=False):
            self.sequence += 1
            self.world.receive(a_quote(mid, at=now, sequence=self.sequence, pair=pair))
        if step.releases:
            self._notice()
            self.release(0, 10)
        self.sight.seen = self.world.suggestions

    def _notice(self) -> None:
        """What the table's stream notices: every row that has changed, as it is now."""
        for each in self.world.recorded():
            if self.stored.get(each.suggestion_id) != each:
                self.stored[each.suggestion_id] = each
                self.stream.append(each)

    def _deliver(self, step: Sent) -> None:
        self.publish(self.stream[::-1] if step.newest_first else self.stream)
        if not step.again:
            self.stream.clear()
        self._hear()
        left: list[Announcement] = []
        for mood in step.moods[: len(self.queue)]:
            announcement = self.queue.pop() if step.newest_first else self.queue.popleft()
            if not self._attempt(announcement, mood) or step.again:
                left.append(announcement)
        self.queue.extend(left)

    def _attempt(self, announcement: Announcement, mood: Mood) -> bool:
        """Deliver once; returns whether the queue may forget it."""
        self.mood = mood
        if mood in {Mood.UNSETTLED, Mood.DIES_UNSETTLED}:
            self.deliveries.before = StoreUnavailable("no answer") if mood is Mood.UNSETTLED else Crash()
        self.deliveries.after = Crash() if mood is Mood.DIES_SETTLED else None
        self.topic.before = NotifierUnavailable("no answer") if mood is Mood.TOPIC_AWAY else None
        self.topic.after = Crash() if mood is Mood.TOPIC_DIES else None
        try:
            self.senders[announcement.channel](announcement)
        except (Unavailable, ConcurrentUpdate, Crash):
            return False
        else:
            return True
        finally:
            self.deliveries.before = self.deliveries.after = self.topic.before = self.topic.after = None
            self._hear()
            self.clock.advance(SECOND)

    def _hear(self) -> None:
        self.queue.extend(self.topic.published)
        self.topic.published.clear()

    def _send(self, channel: Channel, suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        mood, self.mood = self.mood, Mood.SENT
        if mood is Mood.DIES_CLAIMED:
            raise Crash
        if mood is Mood.LATE:
            self.clock.advance(LEASE + SECOND)
            with suppress(NotifierUnavailable):
                self.senders[channel](Announcement(suggestion, channel))
        if mood not in {Mood.NO_CONTACT, Mood.NO_BUDGET}:
            begin()
        if mood in REFUSALS:
            raise REFUSALS[mood]("as it was drawn")
        if mood is Mood.DIES_BEFORE:
            raise Crash
        self._look_at(channel, suggestion)
        if mood is Mood.OUTLASTED:
            self.clock.advance(LEASE + SECOND)
        if mood in {Mood.OVERTAKEN, Mood.OUTLASTED}:
            with suppress(NotifierUnavailable):
                self.senders[channel](Announcement(suggestion, channel))
        if mood is Mood.UNCERTAIN:
            raise DeliveryUncertain("as it was drawn")
        if mood is Mood.DIES_AFTER:
            raise Crash
        return "m"

    def _look_at(self, channel: Channel, suggestion: Suggestion) -> None:
        """A message that goes out now, against what the person wishes now and all that went out before."""
        now, wished = self.clock.now(), self.recipient
        assert channel in wished.consent, "a message without consent"
        assert not is_quiet(wished, now), "a message in quiet hours"
        episode = (suggestion.user_id, suggestion.pair, suggestion.side, suggestion.episode)
        assert episode not in self.told, "a second message of an episode"
        assert now <= suggestion.expires_at, "a message that is no news any more"
        self.told[episode] = suggestion.suggestion_id
        self.went_out.append(now)
        assert sum(now - WEEK < at for at in self.went_out) <= wished.weekly_cap, "a message beyond the cap"

    def _empty(self) -> None:
        """Deliver what waits, as often as it takes."""
        for _ in range(4):
            self._deliver(Sent((Mood.SENT,) * 1000))
            self.clock.advance(LEASE + SECOND)
        assert not self.queue, "something is delivered again and again"

    def _fate(self, made: Suggestion) -> str:
        """The one thing that became of a suggestion, which one channel after the other tried until one settled it.

        Where the table did not take that a channel had reached nobody, that one is uncertain, and the next has heard of
        it all the same.
        """
        found = {each.channel: each.status for each in self.deliveries.of_suggestions([made.suggestion_id])}
        sent = list(self.told.values()).count(made.suggestion_id)
        if not made.channels:
            assert not found, "a delivery of what was never let out"
            assert not sent, "a message about what was never let out"
            return str(made.suppressed or made.response)
        tried = made.channels[: len(found)]
        assert set(found) == set(tried), "a channel was left out"
        *before, last = (found[channel] for channel in tried)
        is_unsure = DeliveryStatus.UNCERTAIN in found.values()
        assert all(status.passes_on or status is DeliveryStatus.UNCERTAIN for status in before)
        assert last.is_settled, "nobody knows what became of it"
        assert not last.passes_on or tried == made.channels, "the next channel never heard of it"
        assert sent == (last is DeliveryStatus.SENT) or is_unsure, "another number of messages than was written down"
        return str(DeliveryStatus.UNCERTAIN if is_unsure and last.passes_on else last)
