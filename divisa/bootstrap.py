"""Wires each entrypoint once: settings in, a use case out. The only place that knows ports and adapters at a time.

Adapters are imported here, when an entrypoint is built, so that importing a handler stays cheap.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from divisa.domain.gate import GateLimits
from divisa.domain.policy import PolicyRules
from divisa.domain.recipient import Channel

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.ports import Clock, QuoteStream
    from divisa.services.apply_quotes import ApplyQuotes
    from divisa.services.deliver import Deliver, Send
    from divisa.services.publish_suggestions import PublishSuggestions
    from divisa.settings import EmailSettings, OutboxSettings, QuotesSettings, Settings, SmsSettings


def apply_quotes(settings: QuotesSettings) -> ApplyQuotes:
    """The quotes consumer."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.adapters.aws.portfolios import DynamoPortfolios
    from divisa.adapters.aws.quarantine import S3Quarantine
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.adapters.aws.scorer import SageMakerScorer
    from divisa.adapters.aws.summaries import DynamoSummaries
    from divisa.adapters.aws.watches import DynamoWatches
    from divisa.services.apply_quotes import ApplyQuotes
    from divisa.services.evaluate_users import EvaluateUsers
    from divisa.services.suggest import Suggest

    tables, clock = _tables(settings), _clock(settings)
    max_age = timedelta(seconds=settings.max_quote_age_seconds)
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=settings.watch_shards)
    return ApplyQuotes(
        pairs=settings.served_pairs(),
        markets=DynamoMarkets(tables.market),
        watches=watches,
        quarantine=S3Quarantine(clients.s3(), settings.quarantine_bucket),
        evaluate=EvaluateUsers(
            DynamoSummaries(tables.summaries), SageMakerScorer(clients.sagemaker_runtime(), settings.endpoint_name)
        ),
        suggest=Suggest(
            watches,
            DynamoPortfolios(tables.portfolios),
            DynamoRecipients(tables.recipients),
            clock,
            PolicyRules(cooldown=timedelta(hours=settings.cooldown_hours), max_quote_age=max_age),
        ),
        clock=clock,
        limits=GateLimits(max_age=max_age),
    )


def publish_suggestions(settings: OutboxSettings) -> PublishSuggestions:
    """The outbox."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
    from divisa.services.publish_suggestions import PublishSuggestions

    return PublishSuggestions(SnsSuggestionTopic(clients.topic_sns(), settings.suggestions_topic_arn))


def deliver_by_sms(settings: SmsSettings) -> Deliver:
    """The SMS sender."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.sms_gateway import SnsSmsGateway
    from divisa.services.deliver import by_sms

    return _deliver(settings, Channel.SMS, by_sms(SnsSmsGateway(clients.sms_sns(), settings.sms_sender_id)))


def deliver_by_email(settings: EmailSettings) -> Deliver:
    """The email sender."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.email_gateway import SesEmailGateway
    from divisa.services.deliver import by_email

    return _deliver(settings, Channel.EMAIL, by_email(SesEmailGateway(clients.ses(), settings.sender_email)))


def quote_stream(stream_name: str) -> QuoteStream:
    """Where producers publish."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.quote_stream import KinesisQuoteStream

    return KinesisQuoteStream(clients.kinesis(), stream_name)


def _deliver(settings: Settings, channel: Channel, send: Send) -> Deliver:
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.services.deliver import Deliver

    tables = _tables(settings)
    return Deliver(
        channel=channel,
        deliveries=DynamoDeliveries(tables.deliveries),
        recipients=DynamoRecipients(tables.recipients),
        clock=_clock(settings),
        send=send,
    )


def _tables(settings: Settings) -> Tables:
    from divisa.adapters.aws.tables import Tables

    return Tables(settings.table_prefix)


def _clock(settings: Settings) -> Clock:
    from divisa.adapters.aws.clock import ReplayClock, SystemClock

    if settings.clock == "system":
        return SystemClock()
    from divisa.adapters.aws import clients

    return ReplayClock(clients.ssm(), settings.clock_parameter)
