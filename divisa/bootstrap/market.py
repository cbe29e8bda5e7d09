"""What the API says of prices and takes in for the lake, and how it fares."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.bootstrap.api import tables
from divisa.bootstrap.shared import clock_of
from divisa.settings import served_pairs

if TYPE_CHECKING:
    from divisa.services.check_health import CheckHealth
    from divisa.services.read_bars import ReadBars
    from divisa.services.take_feed import TakeFeed
    from divisa.settings import ApiSettings


def read_bars(settings: ApiSettings) -> ReadBars:
    """Past prices."""
    from divisa.adapters.aws.bars import DynamoBars
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.services.read_bars import ReadBars

    stored = tables(settings)
    return ReadBars(served_pairs(settings), DynamoMarkets(stored.market), DynamoBars(stored.bars))


def take_feed(settings: ApiSettings) -> TakeFeed:
    """Files for the lake."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.feeds import S3Feeds
    from divisa.services.take_feed import TakeFeed

    return TakeFeed(S3Feeds(clients.uploads_s3(), settings.lake_bucket, SystemClock()))


def check_health(settings: ApiSettings) -> CheckHealth:
    """How the API fares, by a connection of its own, which gives up before a monitor does."""
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.adapters.aws.tables import Tables
    from divisa.services.check_health import CheckHealth

    hurried = Tables(settings.table_prefix, read_seconds=1.0, retries=0)
    return CheckHealth(
        pairs=served_pairs(settings),
        markets=DynamoMarkets(hurried.market),
        clock=clock_of(settings),
        max_age=timedelta(seconds=settings.max_quote_age_seconds),
    )
