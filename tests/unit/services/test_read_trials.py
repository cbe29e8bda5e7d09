"""The experiment as the tables have it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.memory.ledger import MemoryLedger
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.domain.experiment import Arm
from divisa.domain.outcome import OutcomeRules
from divisa.domain.reasons import ReasonCode
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Suppression
from divisa.domain.transaction import Side
from divisa.services.read_trials import PAGE, ReadTrials, entries_of
from tests.builders import WEDNESDAY, a_portfolio, a_suggestion
from tests.unit.local.trades import record_trades

if TYPE_CHECKING:
    from divisa.services.read_trials import Trials

HOUR = timedelta(hours=1)
AT = WEDNESDAY + 72 * HOUR


class World:
    def __init__(self) -> None:
        self.suggestions, self.portfolios = MemorySuggestions(), MemoryPortfolios()
        self.ledger = MemoryLedger(self.portfolios)

    def suggested(self, user: str, **changes: Any) -> None:
        self.suggestions.insert(a_suggestion(user_id=user, suggestion_id=f"s-{user}", **changes))

    def traded(self, user: str, *trades: tuple[Side, datetime]) -> None:
        self.portfolios.put_many([a_portfolio("90000", "900000", user_id=user)])
        record_trades(self.ledger, user, trades)

    def read(self, at: datetime = AT, rules: OutcomeRules | None = None) -> Trials:
        return ReadTrials(self.suggestions, self.ledger)(at, rules or OutcomeRules())


@pytest.fixture
def world() -> World:
    return World()


def test_who_was_told_and_who_was_held_out_is_read_with_what_they_did(world: World) -> None:
    world.suggested("ana")
    world.suggested("ben", suppressed=Suppression.HOLDOUT, channels=(), intended=Channel.SMS)
    world.suggested("eva", suppressed=Suppression.COOLDOWN, channels=())
    world.traded("ana", (Side.BUY, WEDNESDAY + HOUR), (Side.SELL, WEDNESDAY + 2 * HOUR))
    world.traded("ben", (Side.SELL, WEDNESDAY + 30 * HOUR))
    found = {trial.user_id: trial for trial in world.read().ended}
    assert set(found) == {"ana", "ben"}
    assert (found["ana"].arm, found["ana"].traded) == (Arm.TREATED, True)
    assert (found["ben"].arm, found["ben"].traded, found["ben"].channel) == (Arm.HELD_OUT, False, Channel.SMS)
    assert (found["ben"].side, found["ben"].reason) == (Side.SELL, ReasonCode.ABOVE_COST)
    longer = world.read(rules=OutcomeRules(window=30 * HOUR))
    assert {trial.user_id: trial.traded for trial in longer.ended} == {"ana": True, "ben": True}


def test_a_window_that_is_not_over_does_not_count_yet(world: World) -> None:
    world.suggested("ana")
    world.suggested("ben", created_at=WEDNESDAY + HOUR)
    found = world.read(at=WEDNESDAY + 24 * HOUR)
    assert ([trial.user_id for trial in found.ended], found.open) == (["ana"], 1)


def test_a_long_ledger_is_read_to_its_end_and_no_farther(world: World) -> None:
    count = PAGE + 7
    world.traded("ana", *((Side.SELL, WEDNESDAY + timedelta(minutes=n)) for n in range(count)))
    read = list(entries_of(world.ledger, "ana", WEDNESDAY, WEDNESDAY + timedelta(minutes=count)))
    assert len(Counter(entry.sequence for entry in read)) == len(read) == count
    some = entries_of(world.ledger, "ana", WEDNESDAY + HOUR, WEDNESDAY + 2 * HOUR)
    assert len(list(some)) == 61
