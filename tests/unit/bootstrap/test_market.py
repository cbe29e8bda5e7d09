"""What stands behind prices, files and health, without a way out."""

from __future__ import annotations

from datetime import timedelta

from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.aws.clock import ReplayClock, SystemClock
from divisa.adapters.aws.feeds import S3Feeds
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.nonces import DynamoNonces
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.adapters.wire import quote_of
from divisa.bootstrap import market, prices
from divisa.settings import ApiSettings, PricesSettings, served_pairs
from tests.unit.test_bootstrap import REPLAY, no_network
from tests.unit.test_settings import COMMON, OF_KIND

__all__ = ["no_network"]

API = ApiSettings.from_environment(COMMON | OF_KIND[ApiSettings] | REPLAY)
PRICES = PricesSettings.from_environment(COMMON | OF_KIND[PricesSettings] | REPLAY)


def test_charts_are_read_from_the_tables() -> None:
    read = market.read_bars(API)
    assert (type(read.markets), type(read.bars)) == (DynamoMarkets, DynamoBars)
    assert read.pairs == served_pairs(API)


def test_health_goes_by_the_stages_clock_and_by_what_a_trade_takes_for_fresh() -> None:
    check = market.check_health(API)
    assert (type(check.markets), type(check.clock)) == (DynamoMarkets, ReplayClock)
    assert (check.pairs, check.max_age) == (served_pairs(API), timedelta(seconds=60))


def test_files_land_in_the_lakes_bucket() -> None:
    assert isinstance(market.take_feed(API).feeds, S3Feeds)


def test_providers_go_by_the_time_of_day_even_while_prices_are_replayed() -> None:
    verify = prices.verify_provider(PRICES)
    assert (type(verify.secrets), type(verify.nonces)) == (SecretsManagerSecrets, DynamoNonces)
    assert isinstance(verify.wall, SystemClock)


def test_providers_quotes_go_where_all_others_go() -> None:
    take = prices.take_prices(PRICES)
    assert (type(take.stream), take.read) == (KinesisQuoteStream, quote_of)
    assert take.pairs == served_pairs(PRICES)
