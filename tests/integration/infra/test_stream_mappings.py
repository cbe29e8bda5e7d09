"""How functions read streams: what reaches them, how often it is tried, and where it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.ledger import PERSON
from divisa.adapters.aws.suggestions import suggestion_item
from divisa.domain.policy import PolicyRules
from divisa.domain.suggestion import SuggestionResponse, Suppression
from local.mappings.patterns import compile_pattern
from tests.builders import WEDNESDAY, a_suggestion
from tests.integration.infra.template import of_type, referred, streams

if TYPE_CHECKING:
    from divisa.domain.suggestion import Suggestion
    from tests.integration.infra.template import Resources

pytestmark = pytest.mark.integration


def stream_from(resources: Resources, source: str, function: str) -> dict[str, Any]:
    """The mapping by which a function reads a stream."""
    wanted = source, f"{function}LambdaFunction"
    mappings = streams(resources).values()
    (found,) = (
        each for each in mappings if (referred(each["EventSourceArn"]), referred(each["FunctionName"])) == wanted
    )
    return found


def test_every_stream_mapping_bisects_gives_up_and_sets_aside(resources: Resources) -> None:
    mappings = streams(resources)

    assert len(mappings) == 6
    for each in mappings.values():
        assert each["BisectBatchOnFunctionError"] is True
        assert each["MaximumRetryAttempts"] <= 10
        assert 60 <= each["MaximumRecordAgeInSeconds"] <= 86_400
        assert referred(each["DestinationConfig"]["OnFailure"]["Destination"]).endswith("FailedQueue")


def test_only_the_outbox_retries_without_a_count_and_it_does_so_for_a_suggestions_life(resources: Resources) -> None:
    outbox = stream_from(resources, "SuggestionsTable", "Outbox")
    life = PolicyRules().lifetime.total_seconds()

    assert [each["MaximumRetryAttempts"] for each in streams(resources).values()].count(-1) == 1
    assert (outbox["MaximumRetryAttempts"], outbox["MaximumRecordAgeInSeconds"]) == (-1, life)


def test_every_mapping_lets_single_records_fail(resources: Resources) -> None:
    for each in of_type(resources, "Lambda::EventSourceMapping").values():
        assert each["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_quotes_are_not_filtered_by_content_since_aggregated_records_would_be_dropped(resources: Resources) -> None:
    assert "FilterCriteria" not in stream_from(resources, "QuotesStream", "Quotes")


def passes(mapping: dict[str, Any], name: str, suggestion: Suggestion) -> bool:
    """Whether a mapping's filters let an event of a suggestion pass."""
    event = {"eventName": name, "dynamodb": {"NewImage": suggestion_item(suggestion).serialize()}}
    return any(compile_pattern(each["Pattern"])(event) for each in mapping["FilterCriteria"]["Filters"])


def test_the_lake_gets_what_is_part_of_the_experiment_when_it_becomes_so_and_all_outcomes_that_are_written(
    resources: Resources,
) -> None:
    suggestions = stream_from(resources, "SuggestionsTable", "ToLake")
    (outcomes,) = stream_from(resources, "OutcomesTable", "ToLake")["FilterCriteria"]["Filters"]

    for name in ("INSERT", "MODIFY"):
        assert passes(suggestions, name, a_suggestion())
        assert passes(suggestions, name, a_suggestion(suppressed=Suppression.HOLDOUT))
        assert not passes(suggestions, name, a_suggestion(suppressed=Suppression.COOLDOWN))
        assert not passes(suggestions, name, a_suggestion(held_until=WEDNESDAY))
        assert not passes(suggestions, name, a_suggestion(opened_at=WEDNESDAY))
    assert not passes(suggestions, "REMOVE", a_suggestion())
    assert json.loads(outcomes["Pattern"]) == {"eventName": ["INSERT", "MODIFY"]}


def test_the_outbox_sees_what_is_let_out_at_once_or_later_and_not_what_its_owner_does_with_it(
    resources: Resources,
) -> None:
    def sees(name: str, suggestion: Suggestion) -> bool:
        return passes(stream_from(resources, "SuggestionsTable", "Outbox"), name, suggestion)

    at = WEDNESDAY
    held, dropped = a_suggestion(held_until=at), a_suggestion(suppressed=Suppression.MERGED)
    for name in ("INSERT", "MODIFY"):
        assert sees(name, a_suggestion())
        assert not sees(name, held)
        assert not sees(name, dropped)
    assert not sees("REMOVE", a_suggestion())
    assert not sees("MODIFY", a_suggestion(response=SuggestionResponse.ACCEPTED, responded_at=at))
    assert not sees("MODIFY", a_suggestion(opened_at=at))


def test_the_ledgers_stream_carries_on_what_persons_traded_and_not_what_was_put_under_a_pseudonym(
    resources: Resources,
) -> None:
    (pattern,) = stream_from(resources, "TransactionsTable", "Ledger")["FilterCriteria"]["Filters"]

    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"owner": {"S": [PERSON]}}},
    }
    assert "FilterCriteria" not in stream_from(resources, "TransactionsStream", "Transactions")
