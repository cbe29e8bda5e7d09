"""The lines of the bill: what happens in a month, in what AWS counts, times what it asks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from divisa.adapters.aws.tables import WATCHES
from divisa.domain.bars import Interval
from divisa.domain.features import QUESTION_NAMES
from local.cost.afterwards import afterwards
from local.cost.traffic import HOURS, REQUEST, open_seconds, with_bands, with_brute_force
from local.cost.units import read_units, write_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.cost.counts import Counts
    from local.cost.items import Sizes
    from local.cost.parameters import Parameters
    from local.cost.prices import Price, Prices
    from local.cost.traffic import Load, Traffic

GB: Final = 2**30
ITEM_OVERHEAD: Final = 100
"""Bytes that DynamoDB's storage adds to an item, an index's entry too."""
KEPT_MONTHS: Final = 400 * 24 / HOURS
"""For which suggestions and deliveries are kept."""
BY_SMS: Final = 0.1
"""Suggestions whose email surely reaches nobody, so that they go on as a text message. Assumed: it is not measured."""
ATTEMPTS: Final = 1 + BY_SMS
"""Channels that a suggestion is announced to, one message being made of it: email, and in that share of cases SMS."""
QUEUES: Final = 7
"""That Lambda polls: push, email, SMS, backlog, texts to us, what SES says, erasure."""
POLLS: Final = 5 * 3600 / 20
"""Requests an hour with which Lambda waits at an empty queue: five pollers, twenty seconds each."""
ANSWER_BYTES: Final = 114
"""Of one row of the endpoint's answer: its columns, and the model's name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill.

    Attributes:
        service: of AWS.
        what: is counted.
        price: None when there is none in the table; the line is then not in the sum.
        bands, brute: quantities of a month in units of the price.
    """

    service: str
    what: str
    price: Price | None
    bands: Decimal
    brute: Decimal

    @property
    def bands_usd(self) -> Decimal:
        """US dollars with bands."""
        return self.price.of(self.bands) if self.price else Decimal(0)

    @property
    def brute_usd(self) -> Decimal:
        """US dollars with brute force."""
        return self.price.of(self.brute) if self.price else Decimal(0)


@dataclass(frozen=True, slots=True)
class Bill:
    """A month."""

    lines: Sequence[Line]

    @property
    def bands_usd(self) -> Decimal:
        """The sum with bands."""
        return sum((line.bands_usd for line in self.lines), Decimal(0))

    @property
    def brute_usd(self) -> Decimal:
        """The sum with brute force."""
        return sum((line.brute_usd for line in self.lines), Decimal(0))

    @property
    def ratio(self) -> float:
        """How many times as much brute force costs."""
        return float(self.brute_usd / self.bands_usd)

    @property
    def deciding(self) -> Bill:
        """The lines in which the ways differ: without messages, and whatever else both need alike."""
        return Bill([line for line in self.lines if line.bands != line.brute])


class _Amount(NamedTuple):
    """What both ways need of something, in units of a price."""

    service: str
    what: str
    price: str | None
    bands: float
    brute: float


def bill(load: Load, parameters: Parameters, counts: Counts, sizes: Sizes, prices: Prices) -> Bill:
    """The bill of a month for a load.

    Raises:
        InvalidFile: a price is missing.
    """
    bands = with_bands(load, parameters, counts)
    brute = with_brute_force(load, parameters, counts, sizes.watch)
    amounts = (
        *_writes(bands, brute, sizes),
        *_reads(bands, brute, parameters, sizes),
        *_storage(load, bands, sizes),
        *_functions(bands, brute, parameters),
        *_endpoint(bands, brute, parameters, counts),
        *_afterwards(bands, parameters, sizes),
        *_streams_and_messages(bands, parameters),
    )
    return Bill(
        [
            Line(service, what, prices[price] if price else None, _rounded(ours), _rounded(theirs))
            for service, what, price, ours, theirs in amounts
        ]
    )


def index_units(sizes: Sizes) -> int:
    """Write units for the indexes of a watch that moves: in each, an entry is deleted and another one is put."""
    return 2 * len(WATCHES.indexes) * write_units(sizes.watch)


def _writes(bands: Traffic, brute: Traffic, sizes: Sizes) -> Iterator[_Amount]:
    price = "dynamodb_write"
    watch, index = write_units(sizes.watch), index_units(sizes)
    yield _Amount("DynamoDB", "writes: watches broken", price, bands.broken * (watch + index), brute.moved * watch)
    yield _Amount("DynamoDB", "writes: watches refreshed", price, bands.refreshed * (watch + index), 0.0)
    # A suggestion's watch is written in its transaction: once more than a plain write, which is counted above.
    attempt = 2 * write_units(sizes.delivery) + write_units(sizes.pacing)
    begun = write_units(sizes.delivery)
    each = watch + 2 * write_units(sizes.suggestion) + ATTEMPTS * attempt + begun + BY_SMS
    what = "writes: suggestions, deliveries, places, budgets"
    yield _Amount("DynamoDB", what, price, bands.suggestions * each, brute.suggestions * each)
    market = write_units(sizes.market)
    what = "writes: market records"
    yield _Amount("DynamoDB", what, price, bands.decisions * market, brute.decisions * market)
    bars = len(Interval) * write_units(sizes.bar)
    yield _Amount("DynamoDB", "writes: bars", price, bands.decisions * bars, brute.decisions * bars)


def _reads(bands: Traffic, brute: Traffic, parameters: Parameters, sizes: Sizes) -> Iterator[_Amount]:
    price = "dynamodb_read"
    found = sizes.watch / (4 * 1024) / 2
    queries = bands.decisions * 2 * parameters.watch_shards * read_units(0) + bands.broken * found
    yield _Amount("DynamoDB", "reads: which watches", price, queries, brute.broken * found)
    queues = bands.runs * parameters.watch_shards * read_units(0) + bands.refreshed * found
    yield _Amount("DynamoDB", "reads: which are old", price, queues, 0.0)
    summary = read_units(sizes.summary)
    yield _Amount("DynamoDB", "reads: summaries", price, bands.evaluated * summary, brute.evaluated * summary)
    market = read_units(sizes.market, consistent=True)
    loads = bands.decisions + bands.runs * parameters.watch_shards
    yield _Amount("DynamoDB", "reads: market records", price, loads * market, brute.decisions * market)
    bars = len(Interval) * read_units(sizes.bar, consistent=True)
    yield _Amount("DynamoDB", "reads: bars", price, bands.decisions * bars, brute.decisions * bars)
    places = ATTEMPTS * read_units(sizes.pacing, consistent=True)
    # As of some moments ago where it is decided, and as of now where it is sent.
    readers = read_units(sizes.recipient) + ATTEMPTS * read_units(sizes.recipient, consistent=True)
    each = read_units(sizes.portfolio) + readers + places
    what = "reads: portfolios, recipients, places"
    yield _Amount("DynamoDB", what, price, bands.suggestions * each, brute.suggestions * each)


def _storage(load: Load, traffic: Traffic, sizes: Sizes) -> Iterator[_Amount]:
    watches = load.users * (sizes.watch + ITEM_OVERHEAD) / GB
    people = load.users * (sizes.summary + sizes.portfolio + sizes.recipient + 3 * ITEM_OVERHEAD) / GB
    told = sizes.suggestion + ITEM_OVERHEAD + ATTEMPTS * (sizes.delivery + ITEM_OVERHEAD)
    tables = watches + people + traffic.suggestions * KEPT_MONTHS * told / GB
    yield _Amount("DynamoDB", "storage", "dynamodb_storage", tables + len(WATCHES.indexes) * watches, tables)
    yield _Amount("DynamoDB", "recovery to any second", "dynamodb_recovery", tables, tables)


def _functions(bands: Traffic, brute: Traffic, parameters: Parameters) -> Iterator[_Amount]:
    def requests(traffic: Traffic) -> float:
        refreshes = traffic.runs and HOURS * 60
        return traffic.invocations + refreshes + traffic.suggestions * (1 + ATTEMPTS)

    def gb_seconds(traffic: Traffic) -> float:
        memory = parameters.memory_gb
        deciding = traffic.quotes_seconds * memory["quotes"] + traffic.refresh_seconds * memory["refresh"]
        each = memory["outbox"] + 6 * (memory["email"] + BY_SMS * memory["sms"])
        return deciding + traffic.suggestions * REQUEST * each

    yield _Amount("Lambda", "requests", "lambda_request", requests(bands), requests(brute))
    yield _Amount("Lambda", "memory × time", "lambda_gb_second", gb_seconds(bands), gb_seconds(brute))


def _endpoint(bands: Traffic, brute: Traffic, parameters: Parameters, counts: Counts) -> Iterator[_Amount]:
    def hours(traffic: Traffic) -> float:
        return HOURS * instances(traffic, parameters, counts)

    def gigabytes(traffic: Traffic) -> float:
        return traffic.rows * (8 * len(QUESTION_NAMES) + ANSWER_BYTES) / GB

    instance = parameters.endpoint_instance
    yield _Amount("SageMaker", f"endpoint, {instance}", f"sagemaker_{instance}", hours(bands), hours(brute))
    yield _Amount("SageMaker", "data in and out", "sagemaker_data", gigabytes(bands), gigabytes(brute))


def instances(traffic: Traffic, parameters: Parameters, counts: Counts) -> int:
    """Machines of the endpoint: those of the template, or more when the month's mean rate while open asks for it."""
    needed = math.ceil(traffic.rows / open_seconds() / counts.rows_per_second)
    return max(parameters.endpoint_instances, needed)


def _afterwards(bands: Traffic, parameters: Parameters, sizes: Sizes) -> Iterator[_Amount]:
    for each in afterwards(
        bands, parameters, sizes, emails=_emails(bands), kept_months=KEPT_MONTHS, overhead=ITEM_OVERHEAD
    ):
        yield _Amount(*each, each.quantity)


def _emails(traffic: Traffic) -> float:
    return traffic.suggestions * (1 - BY_SMS)


def _streams_and_messages(traffic: Traffic, parameters: Parameters) -> Iterator[_Amount]:
    """What is the same in both ways: prices come in, messages go out."""

    def both(service: str, what: str, price: str | None, amount: float) -> _Amount:
        return _Amount(service, what, price, amount, amount)

    shard_hours, announced = HOURS * parameters.stream_shards, traffic.suggestions * ATTEMPTS
    yield both("Kinesis", "shards", "kinesis_shard", shard_hours)
    kept = shard_hours if parameters.stream_hours > 24 else 0.0
    yield both("Kinesis", "longer retention", "kinesis_retention", kept)
    yield both("Kinesis", "prices put", "kinesis_put", traffic.ticks)
    yield both("SQS", "requests", "sqs_request", 3 * announced + QUEUES * POLLS * HOURS)
    yield both("SNS", "suggestions published", "sns_publish", announced)
    yield both("SES", "emails", "ses_email", _emails(traffic))
    yield both("SNS", "SMS (by country and carrier)", None, traffic.suggestions * BY_SMS)


def _rounded(quantity: float) -> Decimal:
    return Decimal(repr(round(quantity, 3)))
