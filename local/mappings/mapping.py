"""One event source mapping, as its owner configured it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

STREAM_SERVICES = ("kinesis", "dynamodb")


@dataclass(frozen=True, slots=True)
class Mapping:
    """The settings of a stream mapping, with AWS's defaults filled in.

    Two mappings are equal when nothing that changes how records are delivered differs.
    """

    uuid: str
    source_arn: str
    function_arn: str
    batch_size: int = 100
    """Most records of one invocation."""
    window_seconds: float = 0.0
    """How long a batch may wait to fill, counted from its first record; 0 sends what there is."""
    parallelization: int = 1
    """Batches of one shard that may be in flight at a time."""
    filters: tuple[str, ...] = ()
    """Patterns (JSON); a record passes that matches any of them. None passes everything."""
    reports_item_failures: bool = False
    bisects: bool = False
    max_retries: int | None = None
    """Retries after the first attempt; None retries until the record expires."""
    max_age_seconds: int | None = None
    """Older records are discarded; None keeps them until the stream drops them."""
    failure_destination: str | None = None
    """ARN of the SQS queue or SNS topic that is told of discarded records."""
    starting_position: str = "LATEST"
    starting_timestamp: float | None = None
    """Epoch seconds, with `AT_TIMESTAMP`."""

    @property
    def service(self) -> str:
        """The source's service: `kinesis` or `dynamodb`."""
        return service_of(self.source_arn)

    @property
    def region(self) -> str:
        """The source's region."""
        return self.source_arn.split(":")[3]

    @property
    def name(self) -> str:
        """How logs and status call it: source, function and the start of its id."""
        resource = self.source_arn.split(":", 5)[5].split("/")[1]
        function = self.function_arn.split(":function:", 1)[-1]
        return f"{self.service}/{resource}->{function} ({self.uuid[:8]})"


def service_of(source_arn: str) -> str:
    """The service named by an ARN, or an empty string when it is no ARN.

    >>> service_of("arn:aws:kinesis:us-east-1:000000000000:stream/quotes")
    'kinesis'
    """
    parts = source_arn.split(":")
    return parts[2] if len(parts) > 5 else ""


def from_api(described: EventSourceMappingConfigurationTypeDef) -> Mapping:
    """Read a mapping as Lambda's API describes it.

    Numbers and flags may come as text: CloudFormation hands them on as the template has them.

    Raises:
        LaptopCloudError: a setting cannot be read; names the mapping.
    """
    uuid = described["UUID"]
    on_failure = (described.get("DestinationConfig") or {}).get("OnFailure") or {}
    criteria = (described.get("FilterCriteria") or {}).get("Filters") or []
    try:
        return Mapping(
            uuid=uuid,
            source_arn=described["EventSourceArn"],
            function_arn=described["FunctionArn"],
            batch_size=max(1, int(described.get("BatchSize") or 100)),
            window_seconds=float(described.get("MaximumBatchingWindowInSeconds") or 0),
            parallelization=max(1, int(described.get("ParallelizationFactor") or 1)),
            filters=tuple(one["Pattern"] for one in criteria),
            reports_item_failures="ReportBatchItemFailures" in (described.get("FunctionResponseTypes") or []),
            bisects=str(described.get("BisectBatchOnFunctionError", False)).lower() == "true",
            max_retries=_bounded(described.get("MaximumRetryAttempts")),
            max_age_seconds=_bounded(described.get("MaximumRecordAgeInSeconds")),
            failure_destination=on_failure.get("Destination"),
            starting_position=described.get("StartingPosition") or "LATEST",
            starting_timestamp=_epoch(described.get("StartingPositionTimestamp")),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise LaptopCloudError("mappings", f"mapping {uuid} has a setting that cannot be read: {cause}") from cause


def _bounded(value: int | str | None) -> int | None:
    """A limit, where AWS writes -1 for none."""
    if value is None or int(value) < 0:
        return None
    return int(value)


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
