from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.wire import entry_to_json
from divisa.domain.errors import InvalidSetting, StoreUnavailable
from stream_consumers import transactions
from tests.builders import USD_MXN, WEDNESDAY, a_quote, an_entry
from tests.unit.services.desk import Desk
from tests.unit.stream_consumers.conftest import SILENT

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from tests.unit.stream_consumers.conftest import Output


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The consumer's use case on memory adapters, in place of the one that settings would wire."""
    made = Desk()
    made.world.receive(a_quote("17.00"))
    monkeypatch.setattr(transactions, "_fold", lambda: made.fold)
    return made


def an_event(*payloads: bytes) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {
                    "partitionKey": "ana",
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(payload).decode(),
                    "approximateArrivalTimestamp": WEDNESDAY.timestamp(),
                },
            }
            for number, payload in enumerate(payloads, start=1)
        ]
    }


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_entries_are_folded_and_their_users_evaluated_and_all_of_it_is_counted(
    desk: Desk, context: LambdaContext, output: Output
) -> None:
    entries = [desk.trade("ana", quantity="100000", price="16.50"), desk.trade("new"), desk.trade("new")]
    event = an_event(*map(entry_to_json, entries))

    assert failed(transactions.handler(event, context)) == []

    assert (desk.record("ana").sequence, desk.record("new").sequence) == (1, 2)
    assert [each.user_id for each in desk.world.told()] == ["ana"]
    counted = {"UsersEvaluated": 2, "WatchesMoved": 2, "SuggestionsMade": 1}
    assert output.counted() == counted | {"EntriesFolded": 3, "WatchesBegun": 1}

    transactions.handler(event, context)
    assert output.counted() == {"EntriesRedelivered": 3, "UsersEvaluated": 2, "WatchesMoved": 2}


def test_a_record_that_is_no_entry_is_named_and_those_behind_it_are_folded(
    desk: Desk, context: LambdaContext, output: Output
) -> None:
    first, second, other = desk.trade("new"), desk.trade("new"), desk.trade("ana")
    broken = entry_to_json(second).replace(b"BUY", b"HOLD")

    response = transactions.handler(an_event(entry_to_json(first), broken, entry_to_json(other)), context)

    assert failed(response) == ["2"]
    assert (desk.record("ana").sequence, desk.record("new").sequence) == (1, 2)
    assert "InvalidInput: the message is not a ledger entry" in output.text()


def test_when_no_record_is_an_entry_every_one_is_named(desk: Desk, context: LambdaContext, output: Output) -> None:
    assert failed(transactions.handler(an_event(b"", b"\xff"), context)) == ["1", "2"]
    assert output.counted() == {"RecordsFailed": 2}


@SILENT
def test_a_batch_that_a_store_does_not_take_fails_so_that_it_comes_again(
    desk: Desk, context: LambdaContext, output: Output
) -> None:
    event = an_event(entry_to_json(desk.trade("ana")))
    desk.summaries.trouble.calls_left = 0
    with pytest.raises(StoreUnavailable):
        transactions.handler(event, context)
    assert failed(transactions.handler(event, context)) == []
    assert desk.record("ana").sequence == 1


def test_while_the_model_is_away_the_batch_counts_and_the_log_says_who_decides(
    desk: Desk, context: LambdaContext, output: Output
) -> None:
    desk.world.scorer.switch_off()
    assert failed(transactions.handler(an_event(entry_to_json(desk.trade("ana"))), context)) == []
    assert output.counted() == {"EntriesFolded": 1, "WatchesMoved": 1, "EvaluationsPostponed": 1}
    [problem, _] = output.lines()
    assert problem["message"] == "the decision is left to the next quote"
    assert problem["problem"] == "ScorerUnavailable: the endpoint did not answer in time"


def test_records_of_somebody_who_was_erased_are_counted_as_missing(
    desk: Desk, context: LambdaContext, output: Output
) -> None:
    event = an_event(entry_to_json(desk.trade("new")))
    desk.ledger.erase("new", "erased-0")
    assert failed(transactions.handler(event, context)) == []
    assert output.counted() == {"EntriesMissing": 1}
    assert desk.summaries.get_many(USD_MXN, ["new"]) == {}


def test_amounts_and_users_stay_out_of_the_log(desk: Desk, context: LambdaContext, output: Output) -> None:
    message = json.loads(entry_to_json(an_entry(user_id="ben-3")))
    odd = json.dumps(message | {"quantity_minor": -9876543, "user_id": "eva-2"}).encode()
    transactions.handler(an_event(entry_to_json(desk.trade("ana-1", quantity="12345.67")), odd), context)
    written = output.text()
    assert not [secret for secret in ("9876543", "12345", "ana-1", "eva-2") if secret in written]


@SILENT
def test_a_wrong_setting_names_itself(monkeypatch: pytest.MonkeyPatch, context: LambdaContext, output: Output) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    transactions._fold.cache_clear()
    with pytest.raises(InvalidSetting, match="^STAGE: is missing$"):
        transactions.handler(an_event(entry_to_json(an_entry())), context)
