from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from divisa.domain.errors import LaptopCloudError
from local.mappings.mapping import Mapping, from_api

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/quotes"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:divisa-quotes"


def described(**settings: Any) -> Mapping:
    return from_api(cast("Any", {"UUID": "0123456789", "EventSourceArn": STREAM, "FunctionArn": FUNCTION, **settings}))


def test_what_is_not_set_has_the_default_of_aws() -> None:
    assert described() == Mapping(uuid="0123456789", source_arn=STREAM, function_arn=FUNCTION)


def test_minus_one_means_no_limit_and_nought_is_a_limit() -> None:
    assert described(MaximumRetryAttempts=-1).max_retries is None
    assert described(MaximumRetryAttempts=0).max_retries == 0
    assert described(MaximumRecordAgeInSeconds=-1).max_age_seconds is None


def test_settings_that_came_as_text_are_understood() -> None:
    mapping = described(BatchSize="500", BisectBatchOnFunctionError="true", ParallelizationFactor="2")

    assert (mapping.batch_size, mapping.bisects, mapping.parallelization) == (500, True, 2)


def test_every_setting_is_read() -> None:
    mapping = described(
        MaximumBatchingWindowInSeconds=3,
        FilterCriteria={"Filters": [{"Pattern": "{}"}]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:failed"}},
        StartingPosition="AT_TIMESTAMP",
        StartingPositionTimestamp=datetime(1970, 1, 1, 0, 1, tzinfo=UTC),
    )

    assert mapping.window_seconds == 3
    assert mapping.filters == ("{}",)
    assert mapping.reports_item_failures
    assert mapping.failure_destination == "arn:aws:sqs:us-east-1:000000000000:failed"
    assert (mapping.starting_position, mapping.starting_timestamp) == ("AT_TIMESTAMP", 60.0)


def test_its_name_tells_source_and_function() -> None:
    assert described().name == "kinesis/quotes->divisa-quotes (01234567)"


def test_a_setting_that_cannot_be_read_names_the_mapping() -> None:
    with pytest.raises(LaptopCloudError, match="0123456789"):
        described(BatchSize="many")
