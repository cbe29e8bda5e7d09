from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.suggestions import suggestion_item
from divisa.adapters.memory.lake_doors import MemoryLakeDoors
from divisa.adapters.wire.outcome import outcome_to_json
from divisa.domain.errors import StreamUnavailable
from divisa.domain.suggestion import Suppression
from divisa.services.carry_to_lake import CarryToLake
from stream_consumers import to_lake
from tests.builders import a_suggestion, an_outcome
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from divisa.domain.outcome import Outcome
    from tests.unit.stream_consumers.conftest import Output

    Image = Mapping[str, Any]

OUTCOME: Image = {"user_id": {"S": "ana"}, "document": {"S": outcome_to_json(an_outcome()).decode()}}


class MoodyDoors(MemoryLakeDoors):
    """Doors of which one is shut when told to be."""

    shut = False

    def put_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        if self.shut:
            raise StreamUnavailable("2 lines for the lake were refused after every retry: ServiceUnavailableException")
        super().put_outcomes(outcomes)


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> MoodyDoors:
    """What stands in place of the doors that settings would wire."""
    made = MoodyDoors()
    monkeypatch.setattr(to_lake, "_work", lambda: to_lake._Work(CarryToLake(made), ":table/test-outcomes/"))
    return made


def an_event(table: str, *images: Image) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "eventSourceARN": f"arn:aws:dynamodb:us-east-1:000000000000:table/test-{table}/stream/2024-01-10",
                "dynamodb": {"SequenceNumber": f"{number}00", "NewImage": image},
            }
            for number, image in enumerate(images, start=1)
        ]
    }


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_suggestions_that_the_policy_let_pass_or_held_out_are_handed_in(
    doors: MoodyDoors, context: LambdaContext, output: Output
) -> None:
    told, held_out = a_suggestion(), a_suggestion(suppressed=Suppression.HOLDOUT)
    dropped = a_suggestion(suppressed=Suppression.COOLDOWN)
    images = [suggestion_item(each).serialize() for each in (told, held_out, dropped)]

    assert failed(to_lake.handler(an_event("suggestions", *images), context)) == []

    assert (doors.suggestions, doors.outcomes) == ([told, held_out], [])
    assert output.counted() == {"RowsCarried": 2}


def test_outcomes_are_handed_in(doors: MoodyDoors, context: LambdaContext, output: Output) -> None:
    assert failed(to_lake.handler(an_event("outcomes", OUTCOME), context)) == []
    assert (doors.suggestions, doors.outcomes) == ([], [an_outcome()])


def test_an_item_that_is_neither_is_named_and_the_others_are_handed_in(
    doors: MoodyDoors, context: LambdaContext, output: Output
) -> None:
    response = to_lake.handler(an_event("outcomes", {"secret": {"S": "x"}}, OUTCOME, {}), context)

    assert failed(response) == ["100", "300"]
    assert doors.outcomes == [an_outcome()]
    assert "ana" not in output.text()


@SILENT
def test_a_batch_that_a_door_does_not_take_whole_fails_so_that_it_comes_again(
    doors: MoodyDoors, context: LambdaContext, output: Output
) -> None:
    doors.shut = True
    with pytest.raises(StreamUnavailable):
        to_lake.handler(an_event("outcomes", OUTCOME), context)


def test_its_settings_say_which_table_holds_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"STAGE": "test", "TABLE_PREFIX": "divisa-test-", "CLOCK": "system", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**told, "SUGGESTIONS_DOOR_NAME": "one", "OUTCOMES_DOOR_NAME": "other"}.items():
        monkeypatch.setenv(name, value)
    to_lake._work.cache_clear()

    assert to_lake._work().outcomes_table == ":table/divisa-test-outcomes/"
    to_lake._work.cache_clear()
