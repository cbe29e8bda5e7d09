"""What a deployment of the laptop's stage is made of, by name: the outputs of its stack."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from divisa.domain.errors import LaptopCloudError

if TYPE_CHECKING:
    from collections.abc import Mapping

PART = "deployment"
"""The part's name, as `divisa status` prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The resources of a deployed stage. Each field is the stack's output of the same name in CamelCase.

    Attributes:
        served_pairs: comma-separated, as PAIRS has them.
        watch_shards: partitions that a pair's watches are spread over, as WATCH_SHARDS says.
        watch_age_hours: hours after which an evaluation is stale, as WATCH_AGE_HOURS says.
    """

    table_prefix: str
    served_pairs: str
    watch_shards: int
    watch_age_hours: float
    quotes_stream_name: str
    transactions_stream_name: str
    decisions_stream_name: str
    quotes_door_stream_name: str
    transactions_door_stream_name: str
    suggestions_door_stream_name: str
    outcomes_door_stream_name: str
    suggestions_topic_arn: str
    operations_topic_arn: str
    backlog_queue_url: str
    backlog_dead_letter_queue_url: str
    push_queue_url: str
    sms_queue_url: str
    email_queue_url: str
    push_dead_letter_queue_url: str
    sms_dead_letter_queue_url: str
    email_dead_letter_queue_url: str
    quotes_failed_queue_url: str
    outbox_failed_queue_url: str
    to_lake_failed_queue_url: str
    ledger_failed_queue_url: str
    transactions_failed_queue_url: str
    inbound_sms_topic_arn: str
    email_feedback_topic_arn: str
    inbound_sms_queue_url: str
    email_feedback_queue_url: str
    inbound_sms_dead_letter_queue_url: str
    email_feedback_dead_letter_queue_url: str
    erasure_queue_url: str
    erasure_dead_letter_queue_url: str
    quarantine_bucket_name: str
    models_bucket_name: str
    lake_bucket_name: str
    silver_database_name: str
    gold_database_name: str
    control_database_name: str
    lake_work_group_name: str
    loading_job_name: str
    loading_machine_arn: str
    typed_crawler_name: str
    upkeep_machine_arn: str
    api_secret_name: str
    providers_secret_name: str
    sources_secret_name: str
    endpoint_name: str
    endpoint_name_parameter_name: str
    sender_email_parameter_name: str
    clock_parameter_name: str
    api_id: str
    user_pool_id: str
    app_client_id: str
    feeds_client_id: str
    quotes_function_name: str
    backlog_function_name: str
    refresh_function_name: str
    release_function_name: str
    outcomes_function_name: str
    ledger_function_name: str
    transactions_function_name: str
    outbox_function_name: str
    to_lake_function_name: str
    push_function_name: str
    sms_function_name: str
    email_function_name: str
    api_function_name: str
    inbound_sms_function_name: str
    email_feedback_function_name: str
    erasure_function_name: str
    prices_function_name: str
    lake_function_name: str
    pull_function_name: str

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, str]) -> Deployment:
        """Read a stack's outputs.

        Args:
            outputs: value by output key; others than ours are ignored.

        Raises:
            LaptopCloudError: one of ours is missing.
        """
        keys = {field.name: "".join(word.title() for word in field.name.split("_")) for field in fields(cls)}
        missing = sorted(key for key in keys.values() if key not in outputs)
        if missing:
            raise LaptopCloudError(PART, f"the stack lacks the outputs {', '.join(missing)}")
        values: dict[str, Any] = {name: outputs[key] for name, key in keys.items()}
        numbers = {
            "watch_shards": int(values["watch_shards"]),
            "watch_age_hours": float(values["watch_age_hours"]),
        }
        return cls(**values | numbers)

    @property
    def deciding_function_names(self) -> tuple[str, str, str]:
        """The functions that decide about watches: when a price breaks them, breaks many, and when they grow old."""
        return self.quotes_function_name, self.backlog_function_name, self.refresh_function_name

    @property
    def function_names(self) -> tuple[str, ...]:
        """The functions as a quote meets them, the release, those that follow the ledger, answer HTTP, end, load."""
        channels = self.push_function_name, self.email_function_name, self.sms_function_name
        sending = self.release_function_name, self.outbox_function_name, *channels
        following = self.ledger_function_name, self.transactions_function_name
        answering = self.api_function_name, self.prices_function_name
        hearing = self.inbound_sms_function_name, self.email_feedback_function_name
        ending = *hearing, self.outcomes_function_name, self.erasure_function_name
        loading = self.to_lake_function_name, self.pull_function_name, self.lake_function_name
        return (*self.deciding_function_names, *sending, *following, *answering, *ending, *loading)
