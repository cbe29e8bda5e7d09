from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from divisa.domain.errors import InvalidSetting, ScorerUnavailable, StoreUnavailable
from divisa.services.release_held import Released
from stream_consumers import release
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.errors import DivisaError
    from tests.unit.stream_consumers.conftest import Output

TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}


class Shards:
    """A use case with so many people due in each shard; some shards fail. `unlogged` is what its log lacks of each."""

    unlogged = 0

    def __init__(self, *due: int, problems: dict[int, DivisaError] | None = None) -> None:
        self.held = SimpleNamespace(shards=len(due))
        self.due, self.problems = list(due), problems or {}

    def __call__(self, shard: int, at_most: int) -> Released:
        if shard in self.problems:
            raise self.problems[shard]
        users = min(self.due[shard], at_most)
        self.due[shard] -= users
        return Released(users=users, told=users, dropped=Counter(not_now=users), unlogged=self.unlogged)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> type[Shards]:
    """Makes the use case stand in place of the one that settings would wire; a run looks at ten people."""

    class Standing(Shards):
        def __init__(self, *due: int, problems: dict[int, DivisaError] | None = None) -> None:
            super().__init__(*due, problems=problems)
            monkeypatch.setattr(release, "_work", lambda: release._Work(self, 10))  # type: ignore[arg-type]

    return Standing


def test_what_is_due_is_released_and_counted(work: type[Shards], context: LambdaContext, output: Output) -> None:
    work(3, 0, 2)
    release.handler(TICK, context)
    assert output.counted() == {
        "UsersReleased": 5,
        "SuggestionsReleased": 5,
        "SuggestionsDropped": 5,
        "SuggestionsDropped: not_now": 5,
    }
    release.handler(TICK, context)
    assert not output.counted()


def test_a_run_looks_at_as_many_people_as_it_may_wherever_they_are(
    work: type[Shards], context: LambdaContext, output: Output
) -> None:
    shards = work(1, 30, 30)
    release.handler(TICK, context)
    assert shards.due == [0, 25, 26]
    counted = output.counted()
    assert (counted["UsersReleased"], counted["ReleasesFull"]) == (10, 1)


def test_a_shard_that_fails_keeps_no_other_from_its_turn_and_the_error_is_raised_at_the_end(
    work: type[Shards], context: LambdaContext, output: Output
) -> None:
    shards = work(1, 1, 1, problems={0: ScorerUnavailable("no answer in time"), 1: StoreUnavailable("no table")})
    with pytest.raises(ScorerUnavailable, match="no answer in time"):
        release.handler(TICK, context)
    assert shards.due == [1, 1, 0]
    assert output.counted()["UsersReleased"] == 1
    errors = [line for line in output.lines() if line["level"] == "ERROR"]
    assert [(line["shard"], line["problem"]) for line in errors] == [
        (0, "ScorerUnavailable: no answer in time"),
        (1, "StoreUnavailable: no table"),
    ]


def test_decisions_that_the_log_did_not_take_are_counted_and_warned_of(
    work: type[Shards], context: LambdaContext, output: Output
) -> None:
    work(3, 1).unlogged = 2
    release.handler(TICK, context)
    assert output.counted()["DecisionsUnlogged"] == 4
    [warning] = [line for line in output.lines() if line["level"] == "WARNING"]
    assert (warning["message"], warning["decisions"]) == ("decisions stand that the log did not take", 4)


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    release._work.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        release.handler(TICK, context)
