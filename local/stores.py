"""The tables, the stream and the quarantine of a running laptop cloud, as the functions see them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.adapters.aws import clients
from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.aws.decisions import S3Decisions
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.aws.quarantine import S3Quarantine
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.tables import Tables
from divisa.adapters.aws.watches import DynamoWatches
from divisa.domain.pair import Pair

if TYPE_CHECKING:
    from divisa.ports import (
        Bars,
        Decisions,
        Deliveries,
        Ledger,
        Markets,
        Portfolios,
        Quarantine,
        QuoteStream,
        Recipients,
        Suggestions,
        Summaries,
        Watches,
    )
    from local.cloud import LaptopCloud


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything of a deployment that remembers, and the stream into it.

    Attributes:
        pairs: the pairs that the deployment serves.
        watch_age: time after which an evaluation is stale.
    """

    pairs: frozenset[Pair]
    watch_age: timedelta
    stream: QuoteStream
    markets: Markets
    portfolios: Portfolios
    summaries: Summaries
    recipients: Recipients
    watches: Watches
    suggestions: Suggestions
    deliveries: Deliveries
    quarantine: Quarantine
    bars: Bars
    ledger: Ledger


def open_stores(cloud: LaptopCloud) -> Stores:
    """The stores of a running cloud; from here on this process talks to that cloud and to nothing else."""
    os.environ.update(cloud.environ())
    deployment = cloud.deployment
    tables = Tables(deployment.table_prefix)
    return Stores(
        pairs=frozenset(Pair.parse(text) for text in deployment.served_pairs.split(",")),
        watch_age=timedelta(hours=deployment.watch_age_hours),
        stream=KinesisQuoteStream(clients.kinesis(), deployment.quotes_stream_name),
        markets=DynamoMarkets(tables.market),
        portfolios=DynamoPortfolios(tables.portfolios),
        summaries=DynamoSummaries(tables.summaries),
        recipients=DynamoRecipients(tables.recipients),
        watches=DynamoWatches(tables.watches, tables.suggestions, shards=deployment.watch_shards),
        suggestions=DynamoSuggestions(tables.suggestions),
        deliveries=DynamoDeliveries(tables.deliveries),
        quarantine=S3Quarantine(clients.s3(), deployment.quarantine_bucket_name),
        bars=DynamoBars(tables.bars),
        ledger=DynamoLedger(tables.transactions, tables.portfolios),
    )


def open_decisions(cloud: LaptopCloud) -> Decisions:
    """The decision log of a running cloud; from here on this process talks to that cloud and to nothing else."""
    os.environ.update(cloud.environ())
    return S3Decisions(clients.s3(), cloud.deployment.lake_bucket_name)
