"""Nobody is sent more in a week than they want, whatever is decided at once, released, or sent late and again."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.held_suggestions import MemoryHeldSuggestions
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.suggestion_topic import MemorySuggestionTopic
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.errors import DeliveryUncertain, NoContact, NotifierUnavailable
from divisa.domain.gate import GateLimits
from divisa.domain.pacing import WEEK
from divisa.domain.pair import Pair
from divisa.domain.policy import PolicyRules
from divisa.domain.preferences import QuietHours
from divisa.domain.recipient import Channel
from divisa.ports import Announcement
from divisa.services.deliver import Deliver
from divisa.services.release_held import ReleaseHeld
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_quote, a_recipient, a_summary, a_watch
from tests.unit.services.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from divisa.domain.recipient import Recipient
    from divisa.domain.suggestion import Suggestion
    from divisa.ports import Pacing

USD_BRL, USD_CLP = Pair("USD", "BRL"), Pair("USD", "CLP")
PAIRS = (USD_MXN, USD_BRL, USD_CLP)
SIESTA = QuietHours(time(12), time(18))
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
RULES = PolicyRules(
    cooldown=timedelta(0), lifetime=24 * HOUR, contradiction=timedelta(0), min_gain=None, holdout_share=0.0
)


class Decided(NamedTuple):
    """Prices of pairs come, and what was held is released, all at once: nobody sees what the others write."""

    mids: tuple[str, ...]
    releases: bool


class Sent(NamedTuple):
    """What waits in the queues is sent, the newest or the oldest first; what the gateways say is drawn."""

    messages: int
    newest_first: bool
    moods: tuple[type[Exception] | None, ...]


class Wished(NamedTuple):
    """The person changes their most, and whether it is quiet at noon."""

    weekly_cap: int
    rests: bool


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


class AlwaysRoom:
    """Places without end: what there was before anybody took one."""

    def take(self, user_id: str, suggestion_id: str, at: datetime, cap: int) -> bool:
        return True


class Life:
    """Ana's life, who trades three pairs: what is decided about her, and what is sent."""

    def __init__(self, pacing: Pacing) -> None:
        self.world = world = World(rules=RULES, pairs=frozenset(PAIRS), limits=GateLimits(outlier_floor=1.0))
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
        self.recipient, self.now, self.sequence = a_recipient(weekly_cap=2), WEDNESDAY, 0
        self.topic, self.queue, self.announced = MemorySuggestionTopic(), deque[Announcement](), set[str]()
        self.moods = deque[type[Exception] | None]()
        self.went_out: list[datetime] = []
        deliveries = MemoryDeliveries()
        self.senders = {
            channel: Deliver(channel, deliveries, world.recipients, pacing, world.clock, self._send, self.topic)
            for channel in Channel
        }
        self._wish(Wished(2, rests=False))

    def live(self, wait: timedelta, step: Decided | Sent | Wished) -> None:
        self.now += wait
        self.world.clock.set(self.now)
        if isinstance(step, Wished):
            self._wish(step)
        elif isinstance(step, Decided):
            self._decide(step)
        else:
            self._deliver(step)

    def _wish(self, step: Wished) -> None:
        self.recipient = a_recipient(weekly_cap=step.weekly_cap, quiet_hours=SIESTA if step.rests else None)
        self.world.recipients.put_many([self.recipient])

    def _decide(self, step: Decided) -> None:
        self.sight.seen = Still(self.world.suggestions)
        for pair, mid in zip(PAIRS, step.mids, strict=False):
            self.sequence += 1
            self.world.receive(a_quote(mid, at=self.now, sequence=self.sequence, pair=pair))
        if step.releases:
            self.release(0, 10)
        self.sight.seen = self.world.suggestions
        for each in self.world.told():
            if each.channels and each.suggestion_id not in self.announced:
                self.announced.add(each.suggestion_id)
                self.queue.append(Announcement(each, each.channels[0]))

    def _deliver(self, step: Sent) -> None:
        self.moods.extend(step.moods)
        for _ in range(min(step.messages, len(self.queue))):
            waiting = [self.queue.pop() if step.newest_first else self.queue.popleft()]
            while waiting:
                announcement = waiting.pop()
                try:
                    self.senders[announcement.channel](announcement)
                except NotifierUnavailable:
                    waiting.append(announcement)
                waiting.extend(self.topic.published)
                self.topic.published.clear()
                self.now += SECOND
                self.world.clock.set(self.now)
        self.moods.clear()

    def _send(self, suggestion: Suggestion, recipient: Recipient, begin: Callable[[], None]) -> str:
        begin()
        mood = self.moods.popleft() if self.moods else None
        if mood in {None, DeliveryUncertain}:
            now = self.world.clock.now()
            self.went_out.append(now)
            assert sum(now - WEEK < at for at in self.went_out) <= self.recipient.weekly_cap
        if mood is not None:
            raise mood("as it was drawn")
        return "m"


DECIDED = st.builds(
    Decided, st.lists(st.sampled_from(["16.60", "17.00", "17.25"]), max_size=3).map(tuple), st.booleans()
)
MOODS = st.lists(st.sampled_from([None, None, NotifierUnavailable, NoContact, DeliveryUncertain]), max_size=6)
SENT = st.builds(Sent, st.integers(1, 6), st.booleans(), MOODS.map(tuple))
WISHED = st.builds(Wished, st.integers(0, 4), st.booleans())
WAITS = st.sampled_from([timedelta(minutes=1), HOUR, 3 * HOUR, 23 * HOUR])
LIVES = st.lists(st.tuples(WAITS, st.one_of(DECIDED, DECIDED, DECIDED, SENT, SENT, WISHED)), min_size=8, max_size=60)


@settings(max_examples=100, deadline=None)
@given(LIVES)
def test_no_life_has_more_messages_in_a_week_than_its_owner_wants(
    steps: list[tuple[timedelta, Decided | Sent | Wished]],
) -> None:
    life = Life(MemoryPacing())
    for wait, step in steps:
        life.live(wait, step)


RISE, SEND = Decided(("17.25",) * 3, releases=False), Sent(6, newest_first=False, moods=())
ONCE = Wished(1, rests=False)


@pytest.mark.parametrize(
    "steps",
    [
        [(HOUR, ONCE), (HOUR, RISE), (HOUR, SEND)],
        [
            (HOUR, Wished(1, rests=True)),
            (HOUR / 2, Decided(("17.25",), releases=False)),
            (1.5 * HOUR, Decided(("17.25", "17.25"), releases=True)),
            (HOUR, SEND),
        ],
    ],
)
def test_without_places_such_lives_have_one_message_too_many(
    steps: list[tuple[timedelta, Decided | Sent | Wished]],
) -> None:
    heedless, paced = Life(AlwaysRoom()), Life(MemoryPacing())
    for wait, step in steps:
        paced.live(wait, step)
    assert len(paced.went_out) == 1
    with pytest.raises(AssertionError):
        for wait, step in steps:
            heedless.live(wait, step)
