"""What stands behind prices, files and health, without a way out."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

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
from tests.unit.test_settings import COMMON, OF_KIND

REPLAY = {"CLOCK": "replay", "CLOCK_PARAMETER": "/divisa/local/clock"}
API = ApiSettings.from_environment(COMMON | OF_KIND[ApiSettings] | REPLAY)
PRICES = PricesSettings.from_environment(COMMON | OF_KIND[PricesSettings] | REPLAY)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region and keys of nobody, and no way out."""
    for name, value in (
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ):
        monkeypatch.setenv(name, value)

    def refuse(*_: object) -> None:
        raise AssertionError("wiring opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


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
