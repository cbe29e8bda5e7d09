"""Outcomes are written as they become known, until nothing is added to them any more, whoever dies in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.bars import MemoryBars
from divisa.adapters.memory.clock import ManualClock
from divisa.adapters.memory.deliveries import MemoryDeliveries
from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.outcomes import MemoryOutcomes
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.bars import bars_of
from divisa.domain.errors import StoreUnavailable
from divisa.domain.experiment import Arm
from divisa.domain.outcome import Horizon
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, Suppression
from divisa.domain.transaction import Side
from divisa.services.settle_outcomes import CHUNK, LATENESS, LOOK_BACK, SettleOutcomes
from tests.builders import WEDNESDAY, a_portfolio, a_quote, a_suggestion
from tests.unit.local.trades import record_trades

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from divisa.domain.outcome import Outcome
    from divisa.domain.suggestion import Suggestion

TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
DUE = WEDNESDAY + 7 * DAY + LATENESS


class World:
    def __init__(self) -> None:
        self.suggestions, self.deliveries, self.bars = MemorySuggestions(), MemoryDeliveries(), MemoryBars()
        self.portfolios, self.outcomes = MemoryPortfolios(), MemoryOutcomes()
        self.ledger = MemoryLedger(self.portfolios)

    def suggested(self, name: str, **changes: Any) -> None:
        self.suggestions.insert(a_suggestion(user_id=name, suggestion_id=f"s-{name}", **changes))

    def settle(
        self,
        at: datetime = DUE,
        *,
        at_most: int = 10_000,
        outcomes: MemoryOutcomes | None = None,
        since: datetime | None = None,
    ) -> int:
        parts = (self.suggestions, self.deliveries, self.ledger, self.bars, outcomes or self.outcomes)
        return SettleOutcomes(*parts, ManualClock(at))(at_most, since)

    def settled(self) -> set[str]:
        return {each.user_id for each in self.outcomes.all()}


@pytest.fixture
def world() -> World:
    return World()


def test_everything_that_followed_is_settled(world: World) -> None:
    world.suggested("ana", amount=Decimal(100), price=Decimal("17.00"))
    world.suggested("ben", suppressed=Suppression.HOLDOUT, channels=())
    world.suggested("eva", suppressed=Suppression.NO_FUNDS, channels=())
    sent = Delivery("s-ana", Channel.SMS, DeliveryStatus.SENT, WEDNESDAY + timedelta(seconds=2), "m")
    world.deliveries.claim(replace(sent, status=DeliveryStatus.CLAIMED))
    world.deliveries.settle(sent)
    world.portfolios.put_many([a_portfolio(user_id="ana")])
    record_trades(world.ledger, "ana", [(Side.SELL, WEDNESDAY + 3 * HOUR)])
    moments = [(WEDNESDAY + HOUR, "16.9"), (WEDNESDAY + DAY, "16.8"), (WEDNESDAY + 7 * DAY, "16.7")]
    world.bars.merge(bars_of(a_quote(mid, at=at, sequence=n) for n, (at, mid) in enumerate(moments)))
    assert world.settle() == 2
    [ana], [ben] = world.outcomes.of_user("ana"), world.outcomes.of_user("ben")
    assert (ana.arm, ana.shown_at, ana.traded_at) == (
        Arm.TREATED,
        WEDNESDAY + timedelta(seconds=2),
        WEDNESDAY + 3 * HOUR,
    )
    assert [ana.prices[each].mid for each in Horizon] == [Decimal("16.9"), Decimal("16.8"), Decimal("16.7")]
    assert (ben.arm, ben.traded, ben.shown_at) == (Arm.HELD_OUT, False, None)


def test_what_is_known_is_written_as_it_becomes_known(world: World) -> None:
    world.suggested("ana", amount=Decimal(100), price=Decimal("17.00"))
    world.portfolios.put_many([a_portfolio(user_id="ana")])
    record_trades(world.ledger, "ana", [(Side.SELL, WEDNESDAY + 3 * HOUR)])
    moments = [(WEDNESDAY + HOUR, "16.9"), (WEDNESDAY + DAY, "16.8"), (WEDNESDAY + 7 * DAY, "16.7")]
    world.bars.merge(bars_of(a_quote(mid, at=at, sequence=n) for n, (at, mid) in enumerate(moments)))
    known = []
    for stage in (HOUR, DAY, 7 * DAY):
        assert world.settle(WEDNESDAY + stage + LATENESS - TICK) == 0
        assert world.settle(WEDNESDAY + stage + LATENESS) == 1
        [outcome] = world.outcomes.all()
        assert outcome.known_until == WEDNESDAY + stage
        known.append((outcome.traded, list(outcome.prices)))
    assert known == [
        (False, [Horizon.HOUR]),
        (True, [Horizon.HOUR, Horizon.DAY]),
        (True, [Horizon.HOUR, Horizon.DAY, Horizon.WEEK]),
    ]


def test_it_is_looked_at_around_its_stages_and_not_in_between(world: World) -> None:
    looked: list[timedelta] = []

    class Watched(MemoryOutcomes):
        def known_until(self, suggestions: Iterable[Suggestion]) -> Mapping[str, datetime]:
            found = list(suggestions)
            looked.extend([after] * len(found))
            return world.outcomes.known_until(found)

    world.suggested("ana")
    for hours in range(9 * 24):
        after = hours * HOUR
        world.settle(WEDNESDAY + after, outcomes=Watched())
    around = [range(stage + 1, stage + 14) for stage in (1, 24, 7 * 24)]
    assert looked == [hours * HOUR for each in around for hours in each]


def test_what_is_settled_stays_as_it_is(world: World) -> None:
    world.suggested("ana")
    world.settle()
    before = list(world.outcomes.all())
    assert world.settle(DUE + LOOK_BACK) == world.settle(DUE + 2 * DAY, since=WEDNESDAY) == 0
    assert list(world.outcomes.all()) == before


def test_a_later_run_settles_the_same_as_the_first_would_have(world: World) -> None:
    for number in range(30):
        world.suggested(f"u-{number}", created_at=WEDNESDAY + number * timedelta(seconds=7))
    quotes = [a_quote(f"17.{n:02}", at=WEDNESDAY + n * 5 * HOUR + timedelta(minutes=n), sequence=n) for n in range(60)]
    world.bars.merge(bars_of(quotes))
    later = MemoryOutcomes()
    assert world.settle(DUE + HOUR) == world.settle(DUE + 2 * DAY, outcomes=later, since=WEDNESDAY) == 30
    assert sorted(later.all(), key=_name) == sorted(world.outcomes.all(), key=_name)


def test_a_run_writes_no_more_than_it_is_told_what_is_settled_first(world: World) -> None:
    for number in range(CHUNK + 30):
        world.suggested(f"u-{number}", created_at=WEDNESDAY + (number % 2) * 6 * DAY)
    assert world.settle(at_most=CHUNK // 2 + 15) == CHUNK // 2 + 15
    assert {each.begun_at for each in world.outcomes.all()} == {WEDNESDAY}
    assert world.settle() == CHUNK // 2 + 15


def test_what_a_killed_run_has_left_is_settled_by_the_next(world: World) -> None:
    class Dying(MemoryOutcomes):
        def put_many(self, outcomes: Iterable[Outcome]) -> None:
            for each in outcomes:
                world.outcomes.put_many([each])
                raise StoreUnavailable("killed")

    for name in ("ana", "ben", "eva"):
        world.suggested(name)
    with pytest.raises(StoreUnavailable):
        world.settle(outcomes=Dying())
    assert len(world.settled()) == 1
    assert world.settle() == 2
    assert world.settled() == {"ana", "ben", "eva"}


def test_hours_without_a_run_are_made_up_for_and_days_when_asked_for(world: World) -> None:
    world.suggested("ana")
    world.suggested("ben", created_at=WEDNESDAY - TICK)
    assert world.settle(DUE + LOOK_BACK) == 1
    assert world.settled() == {"ana"}
    assert world.settle(DUE + 30 * DAY) == 0
    assert world.settle(DUE + 30 * DAY, since=WEDNESDAY) == 0
    assert world.settle(DUE + 30 * DAY, since=WEDNESDAY - DAY, at_most=1) == 1
    assert world.settled() == {"ana", "ben"}


def _name(outcome: Outcome) -> str:
    return outcome.suggestion_id
