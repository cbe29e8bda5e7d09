from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.aws.pacing import DynamoPacing
from divisa.adapters.aws.personal_rows import DynamoPersonalRows
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.watches import DynamoWatches
from divisa.adapters.memory.devices import MemoryDevices
from divisa.adapters.memory.pacing import MemoryPacing
from divisa.adapters.memory.personal_rows import MemoryPersonalRows
from divisa.adapters.memory.portfolios import MemoryPortfolios
from divisa.adapters.memory.recipients import MemoryRecipients
from divisa.adapters.memory.suggestions import MemorySuggestions
from divisa.adapters.memory.summaries import MemorySummaries
from divisa.adapters.memory.watches import MemoryWatches
from divisa.domain.device import Device, Platform
from divisa.domain.pair import Pair
from divisa.domain.portfolio import Portfolio
from divisa.ports import Move
from tests.builders import USD_MXN, WEDNESDAY, a_portfolio, a_recipient, a_suggestion, a_summary, a_watch
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Devices, Pacing, PersonalRows, Portfolios, Recipients, Suggestions, Summaries, Watches

BRL = Pair("USD", "BRL")
MANY = 60
"""Suggestions of a user: more than are deleted at once."""


@dataclass
class World:
    portfolios: Portfolios
    summaries: Summaries
    recipients: Recipients
    suggestions: Suggestions
    devices: Devices
    watches: Watches
    pacing: Pacing
    rows: PersonalRows

    def settle(self, user_id: str) -> int:
        """Give a user rows in every table; returns how many."""
        self.portfolios.put_many([a_portfolio(user_id=user_id), Portfolio(user_id, BRL)])
        self.summaries.put_many(USD_MXN, {user_id: a_summary()})
        self.recipients.put_many([a_recipient(user_id)])
        for number in range(MANY):
            held_until = WEDNESDAY if number % 2 else None
            suggestion = a_suggestion(user_id=user_id, suggestion_id=f"{user_id}-{number}", held_until=held_until)
            before = a_watch(user_id, generation=number)
            self.watches.put_many([before])
            assert list(self.watches.move_all([Move(before, a_watch(user_id, generation=number + 1), suggestion)])) == [
                True
            ]
        self.devices.add(Device(user_id, "d-1", Platform.IOS, "ab" * 32, WEDNESDAY))
        assert self.pacing.take(user_id, f"{user_id}-0", WEDNESDAY, 1)
        return 2 + 1 + 1 + MANY + 1 + 1

    def of(self, user_id: str) -> list[object]:
        """What there is of a user."""
        return [
            *self.portfolios.get_many(USD_MXN, [user_id]).values(),
            *self.portfolios.get_many(BRL, [user_id]).values(),
            *self.summaries.get_many(USD_MXN, [user_id]).values(),
            *self.recipients.get_many([user_id]).values(),
            *self.suggestions.of_user(user_id),
            *self.devices.of_user(user_id),
            *self.full_week_of(user_id),
        ]

    def full_week_of(self, user_id: str) -> list[str]:
        """The user, when a week in which they may be told once has no room."""
        return [] if self.pacing.take(user_id, "probe", WEDNESDAY, 1) else [user_id]


@pytest.fixture
def world(side: str, request: pytest.FixtureRequest) -> World:
    if side == "memory":
        portfolios, summaries, recipients = MemoryPortfolios(), MemorySummaries(), MemoryRecipients()
        suggestions, devices, pacing = MemorySuggestions(), MemoryDevices(), MemoryPacing()
        rows = MemoryPersonalRows([portfolios, summaries, recipients, suggestions, devices, pacing])
        watches = MemoryWatches(suggestions)
        return World(portfolios, summaries, recipients, suggestions, devices, watches, pacing, rows)
    tables = make_tables(request.getfixturevalue("cloud"))
    return World(
        DynamoPortfolios(tables.portfolios),
        DynamoSummaries(tables.summaries),
        DynamoRecipients(tables.recipients),
        DynamoSuggestions(tables.suggestions),
        DynamoDevices(tables.devices),
        DynamoWatches(tables.watches, tables.suggestions, shards=1),
        DynamoPacing(tables.pacing),
        DynamoPersonalRows(tables),
    )


def test_nothing_of_a_user_is_left_and_everything_of_the_others(world: World) -> None:
    rows = world.settle("ana")
    world.settle("ben")
    before = world.of("ben")
    assert len(world.of("ana")) == rows
    assert world.rows.erase("ana") == rows
    assert world.of("ana") == []
    assert world.of("ben") == before


def test_erasing_again_finds_nothing(world: World) -> None:
    world.settle("ana")
    world.rows.erase("ana")
    assert world.rows.erase("ana") == 0
    assert world.rows.erase("nobody") == 0
