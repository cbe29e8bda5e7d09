"""The API: one use case for each concern, built when its first request comes."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from divisa.bootstrap.shared import clock_of, tables_of
from divisa.settings import served_pairs

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.ports import Clock, Ledger, Throttle
    from divisa.services.offer_quote import OfferIds, OfferQuote
    from divisa.services.trade import Trade
    from divisa.services.value_portfolio import ValuePortfolio
    from divisa.settings import ApiSettings


@cache
def tables(settings: ApiSettings) -> Tables:
    """The stage's tables, on one connection for all use cases of the function."""
    return tables_of(settings)


@cache
def clock(settings: ApiSettings) -> Clock:
    """The stage's clock; one for all, since a replay's is asked for its time over the network."""
    return clock_of(settings)


def throttle(settings: ApiSettings) -> Throttle:
    """What each user may ask."""
    from divisa.adapters.aws.throttle import DynamoThrottle

    return DynamoThrottle(tables(settings).throttles, settings.requests_per_minute)


def wall() -> Clock:
    """The time of day."""
    from divisa.adapters.aws.clock import SystemClock

    return SystemClock()


@cache
def ledger(settings: ApiSettings) -> Ledger:
    """The ledger."""
    from divisa.adapters.aws.ledger import DynamoLedger

    return DynamoLedger(tables(settings).transactions, tables(settings).portfolios)


@cache
def offer_ids(settings: ApiSettings) -> OfferIds:
    """Quote ids, signed with the stage's key."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.secrets import SecretsManagerSecrets
    from divisa.adapters.wire.offer import SignedOfferIds

    secrets = SecretsManagerSecrets(clients.secretsmanager(), settings.api_secret_id)
    return SignedOfferIds(lambda: secrets.get("key"))


def offer_quote(settings: ApiSettings) -> OfferQuote:
    """The live quote."""
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.services.offer_quote import OfferQuote

    return OfferQuote(
        pairs=served_pairs(settings),
        markets=DynamoMarkets(tables(settings).market),
        ids=offer_ids(settings),
        clock=clock(settings),
        wall=SystemClock(),
        validity=timedelta(seconds=settings.quote_validity_seconds),
        max_age=timedelta(seconds=settings.max_quote_age_seconds),
    )


def trade(settings: ApiSettings) -> Trade:
    """Buying and selling."""
    from divisa.adapters.aws.backoff import Backoff
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.services.trade import Trade

    return Trade(
        ledger=ledger(settings),
        markets=DynamoMarkets(tables(settings).market),
        ids=offer_ids(settings),
        clock=clock(settings),
        wall=SystemClock(),
        validity=timedelta(seconds=settings.quote_validity_seconds),
        max_age=timedelta(seconds=settings.max_quote_age_seconds),
        # At most some three seconds, which is as long as a person waits.
        tries=Backoff(attempts=10, base=0.02, cap=0.5).tries,
    )


def value_portfolio(settings: ApiSettings) -> ValuePortfolio:
    """What the caller holds."""
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.services.value_portfolio import ValuePortfolio

    return ValuePortfolio(
        pairs=served_pairs(settings),
        ledger=ledger(settings),
        markets=DynamoMarkets(tables(settings).market),
        clock=clock(settings),
    )
