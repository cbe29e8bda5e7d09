"""What follows on decisions and suggestions: the log, the indexes, quiet hours, what mail servers say, outcomes.

Both ways of deciding make the same decisions and suggestions, so that this is the same with bands and with brute force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from divisa.adapters.aws.suggestions import HELD_SHARDS, TRIAL_SHARDS
from divisa.adapters.aws.table import GET_BATCH
from divisa.domain.outcome import OutcomeRules
from divisa.domain.recipient import Channel
from divisa.services.settle_outcomes import LOOK_BACK
from local.cost.traffic import HOURS, REQUEST
from local.cost.units import read_units, write_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cost.items import Sizes
    from local.cost.parameters import Parameters
    from local.cost.traffic import Traffic

HELD: Final = 8 / 24
"""Suggestions that quiet hours hold, as if everybody had eight of them a day. Assumed: it is not measured."""
INDEXED: Final = 2
"""Entries of a suggestion in indexes: by_created, and by_trial_day once it is let out."""
REWRITTEN: Final = 6
"""Writes of a suggestion that is held, more than of another one: it is written again, in a transaction; put into and
deleted from by_release; and deleted from and put into by_created, since it is made anew."""
RELEASES: Final = HOURS * 60
"""Runs of the release in a month."""
SETTLING: Final = 1 / 20
"""Seconds for one outcome; the function in serverless.yml says so."""
STAGES: Final = len(OutcomeRules().stages)
"""Times that the outcome of a suggestion is written."""
LOOKS: Final = STAGES * LOOK_BACK.total_seconds() / 3600
"""Hourly runs that look whether a suggestion's outcome says what it could."""
DAYS: Final = STAGES * (1 + LOOK_BACK.total_seconds() / (24 * 3600))
"""Of which a run asks the index: on average each stage's stretch of time lies in so many."""
INGESTED: Final = 5 * 1024
"""Bytes to a multiple of which Firehose rounds each record."""
GB: Final = 2**30


class Amount(NamedTuple):
    """Units of a price in a month."""

    service: str
    what: str
    price: str
    quantity: float


def afterwards(
    traffic: Traffic, parameters: Parameters, sizes: Sizes, *, emails: float, kept_months: float, overhead: int
) -> Iterator[Amount]:
    """Line by line.

    Args:
        traffic: with bands; its `broken` are the watches that a price broke.
        parameters: of the stage.
        sizes: of the items.
        emails: that are sent in a month.
        kept_months: for which suggestions and their outcomes are kept.
        overhead: bytes that DynamoDB's storage adds to an item, an index's entry too.
    """
    made = traffic.suggestions
    held, suggestion = HELD * made, write_units(sizes.suggestion)
    indexes = (INDEXED * made + REWRITTEN * held) * suggestion
    yield Amount("DynamoDB", "writes: indexes of suggestions, releases", "dynamodb_write", indexes)
    later = STAGES * made * write_units(sizes.outcome) + emails * write_units(sizes.delivery)
    yield Amount("DynamoDB", "writes: outcomes, what became of emails", "dynamodb_write", later)
    told = (made + held) * read_units(sizes.suggestion, consistent=True)
    due = RELEASES * HELD_SHARDS * read_units(0) + held * read_units(sizes.suggestion)
    yield Amount("DynamoDB", "reads: what people were told, what is due", "dynamodb_read", told + due)
    look = sizes.suggestion / (4 * 1024) / 2 + read_units(sizes.outcome)
    settle = (len(Channel) + 1) * read_units(0)
    days = HOURS * DAYS * TRIAL_SHARDS * read_units(0)
    yield Amount(
        "DynamoDB", "reads: settling outcomes", "dynamodb_read", days + made * (LOOKS * look + STAGES * settle)
    )
    kept = INDEXED * (sizes.suggestion + overhead) + sizes.outcome + overhead
    stored = made * kept_months * kept / GB
    yield Amount("DynamoDB", "storage: indexes of suggestions, outcomes", "dynamodb_storage", stored)
    yield Amount("Lambda", "requests: releases, outcomes, what SES says", "lambda_request", RELEASES + HOURS + emails)
    yield Amount("Lambda", "memory × time: the same", "lambda_gb_second", _gb_seconds(made, held, emails, parameters))
    yield Amount("Firehose", "decisions logged", "firehose_ingested", _logged(traffic, held, sizes) / GB)
    yield Amount("SNS", "what SES says, published", "sns_publish", emails)
    yield Amount("SQS", "requests: what SES says", "sqs_request", 3 * emails)


def _gb_seconds(made: float, held: float, emails: float, parameters: Parameters) -> float:
    memory = parameters.memory_gb
    # The queues of the shards; of each person the held ones, what they hold, how to reach them, what they were told.
    releasing = (RELEASES * HELD_SHARDS + 5 * held) * REQUEST
    settling = HOURS * DAYS * TRIAL_SHARDS * REQUEST + made * (LOOKS * REQUEST / GET_BATCH + STAGES * SETTLING)
    hearing = 3 * emails * REQUEST
    return releasing * memory["release"] + settling * memory["outcomes"] + hearing * memory["emailFeedback"]


def _logged(traffic: Traffic, held: float, sizes: Sizes) -> float:
    """Bytes that Firehose bills: the lines of one decision of a pair, or of one release, travel as one record."""
    lines = (traffic.broken + held) * sizes.decision + (traffic.suggestions + held) * sizes.judgement
    records = min(traffic.broken, traffic.decisions) + min(held, RELEASES)
    return -(-lines / records // INGESTED) * INGESTED * records if records else 0.0
