from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidSetting, ScorerUnavailable, StoreUnavailable
from divisa.domain.pair import Pair
from divisa.services.suggest import Outcome
from stream_consumers import refresh
from tests.builders import USD_MXN, WEDNESDAY, a_quote
from tests.unit.services.world import World
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.errors import DivisaError
    from tests.unit.stream_consumers.conftest import Output

USERS = [f"u-{number}" for number in range(8)]
USD_BRL, USD_COP = Pair("USD", "BRL"), Pair("USD", "COP")
TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}


class Refreshed:
    """A use case that fails for some pairs, and knows which it was asked for."""

    def __init__(self, **problems: DivisaError) -> None:
        self.problems = problems
        self.asked: list[Pair] = []

    def __call__(self, pair: Pair, at_most: int) -> Outcome:
        self.asked.append(pair)
        if pair.quote in self.problems:
            raise self.problems[pair.quote]
        return Outcome(evaluated=at_most, moved=at_most)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Eight people whose watches are six hours old; a run refreshes five."""
    made = World(dict.fromkeys(USERS, 17.0))
    for number, hours in enumerate((0, 6), start=1):
        made.receive(a_quote("17.00", at=WEDNESDAY + timedelta(hours=hours), sequence=number))
    monkeypatch.setattr(refresh, "_work", lambda: refresh._Work(made.refresh, [USD_MXN], 5))
    return made


def test_stale_watches_are_evaluated_again_as_many_as_a_run_may_and_counted(
    world: World, context: LambdaContext, output: Output
) -> None:
    refresh.handler(TICK, context)
    assert output.counted() == {"UsersEvaluated": 5, "WatchesMoved": 5, "RefreshesFull": 1}

    refresh.handler(TICK, context)
    assert output.counted() == {"UsersEvaluated": 3, "WatchesMoved": 3}
    assert {world.watch(user).refresh_at for user in USERS} == {WEDNESDAY + timedelta(hours=12)}

    refresh.handler(TICK, context)
    assert not output.counted()


def test_a_pair_that_fails_keeps_no_other_from_its_turn_and_the_error_is_raised_at_the_end(
    monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output
) -> None:
    refreshed = Refreshed(BRL=ScorerUnavailable("no answer in time"), COP=StoreUnavailable("no table"))
    work = refresh._Work(refreshed, [USD_BRL, USD_COP, USD_MXN], 5)  # type: ignore[arg-type]
    monkeypatch.setattr(refresh, "_work", lambda: work)

    with pytest.raises(ScorerUnavailable, match="no answer in time"):
        refresh.handler(TICK, context)

    assert refreshed.asked == [USD_BRL, USD_COP, USD_MXN]
    assert output.counted() == {"UsersEvaluated": 5, "WatchesMoved": 5, "RefreshesFull": 1}
    errors = [line for line in output.lines() if line["level"] == "ERROR"]
    assert [(line["pair"], line["problem"]) for line in errors] == [
        ("USD/BRL", "ScorerUnavailable: no answer in time"),
        ("USD/COP", "StoreUnavailable: no table"),
    ]


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    refresh._work.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        refresh.handler(TICK, context)
