"""The consumers of streams, queues and schedules."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from divisa.bootstrap.shared import clock_of, push_gateway, tables_of
from divisa.domain.episodes import VisitRules
from divisa.domain.gate import GateLimits
from divisa.domain.recipient import Channel
from divisa.settings import served_pairs, sms_tariff

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.ports import Bars, Clock, LedgerStream, Markets, QuoteStream, Watches
    from divisa.services.apply_quotes import ApplyQuotes
    from divisa.services.assign_arm import AssignArm
    from divisa.services.decide import Decide
    from divisa.services.deliver import Deliver, Send
    from divisa.services.fold_ledger import FoldLedger
    from divisa.services.publish_suggestions import PublishSuggestions
    from divisa.services.refresh_watches import RefreshWatches
    from divisa.services.release_held import ReleaseHeld
    from divisa.services.work_off import WorkOff
    from divisa.settings import (
        BacklogSettings,
        DecidingSettings,
        EmailSettings,
        LedgerSettings,
        OutboxSettings,
        PushSettings,
        QuotesSettings,
        RefreshSettings,
        ReleaseSettings,
        SenderSettings,
        Settings,
        SmsSettings,
        TransactionsSettings,
    )


def apply_quotes(settings: QuotesSettings) -> ApplyQuotes:
    """The quotes consumer."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.backlog import SqsBacklog
    from divisa.adapters.aws.quarantine import S3Quarantine
    from divisa.services.apply_quotes import ApplyQuotes

    parts = _deciding(settings)
    return ApplyQuotes(
        pairs=served_pairs(settings),
        markets=parts.markets,
        candidates=parts.watches.broken,
        quarantine=S3Quarantine(clients.s3(), settings.quarantine_bucket),
        decide=parts.decide,
        backlog=SqsBacklog(clients.sqs(), settings.backlog_queue_url),
        bars=_bars(settings),
        clock=parts.decide.clock,
        limits=GateLimits(max_age=parts.decide.max_quote_age),
        shards=parts.watches.shards,
        at_once=settings.decided_at_once,
    )


def work_off(settings: BacklogSettings) -> WorkOff:
    """The backlog's consumer."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.backlog import SqsBacklog
    from divisa.services.work_off import WorkOff

    parts = _deciding(settings)
    backlog = SqsBacklog(clients.sqs(), settings.backlog_queue_url)
    return WorkOff(parts.markets, parts.watches, parts.decide, backlog)


def refresh_watches(settings: RefreshSettings) -> RefreshWatches:
    """The scheduled refresh."""
    from divisa.services.refresh_watches import RefreshWatches

    parts = _deciding(settings)
    return RefreshWatches(parts.markets, parts.watches, parts.decide)


def release_held(settings: ReleaseSettings) -> ReleaseHeld:
    """The scheduled release of what quiet hours held back; it judges as those do who decide."""
    from divisa.adapters.aws.held_suggestions import DynamoHeldSuggestions
    from divisa.services.release_held import ReleaseHeld

    parts = _deciding(settings)
    decide, suggest = parts.decide, parts.decide.suggest
    return ReleaseHeld(
        held=DynamoHeldSuggestions(tables_of(settings).suggestions),
        suggestions=suggest.gather.suggestions,
        markets=parts.markets,
        decide=decide,
        gather=suggest.gather,
        policy=suggest.policy,
        clock=decide.clock,
        log=suggest.log,
    )


def ledger_stream(settings: LedgerSettings) -> LedgerStream:
    """Where the ledger table's stream is carried on to."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.ledger_stream import KinesisLedgerStream

    return KinesisLedgerStream(clients.kinesis(), settings.transactions_stream_name)


def fold_ledger(settings: TransactionsSettings) -> FoldLedger:
    """The consumer of the ledger's stream."""
    from divisa.adapters.aws.ledger import DynamoLedger
    from divisa.adapters.aws.summaries import DynamoSummaries
    from divisa.services.fold_ledger import FoldLedger
    from divisa.services.reevaluate_users import ReevaluateUsers

    # It evaluates with what it has just folded.
    parts, tables = _deciding(settings, consistent=True), tables_of(settings)
    return FoldLedger(
        DynamoSummaries(tables.summaries),
        DynamoLedger(tables.transactions, tables.portfolios),
        parts.watches,
        ReevaluateUsers(parts.markets, parts.watches, parts.decide),
    )


def publish_suggestions(settings: OutboxSettings) -> PublishSuggestions:
    """The outbox."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
    from divisa.services.publish_suggestions import PublishSuggestions

    return PublishSuggestions(SnsSuggestionTopic(clients.topic_sns(), settings.suggestions_topic_arn))


def deliver_by_push(settings: PushSettings) -> Deliver:
    """The sender of notifications."""
    from divisa.adapters.aws.devices import DynamoDevices
    from divisa.services.deliver import by_push

    tables, clock = tables_of(settings), clock_of(settings)
    send = by_push(push_gateway(settings), DynamoDevices(tables.devices), clock, settings.app_url)
    return _deliver(settings, tables, clock, Channel.PUSH, send)


def deliver_by_sms(settings: SmsSettings) -> Deliver:
    """The SMS sender."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.sms_budget import DynamoSmsBudget
    from divisa.adapters.aws.sms_gateway import SnsSmsGateway
    from divisa.adapters.aws.tables import Tables
    from divisa.services.deliver import by_sms

    tables, clock, tariff = tables_of(settings), clock_of(settings), sms_tariff(settings)
    gateway = SnsSmsGateway(clients.sms_sns(), settings.sms_sender_id)
    budget = DynamoSmsBudget(tables.budgets, Tables(settings.table_prefix, retries=0).budgets, tariff)
    send = by_sms(gateway, budget, tariff, clock, settings.app_url)
    return _deliver(settings, tables, clock, Channel.SMS, send)


def deliver_by_email(settings: EmailSettings) -> Deliver:
    """The email sender."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.email_gateway import SesEmailGateway
    from divisa.adapters.aws.secrets import SecretsManagerSecrets
    from divisa.adapters.wire.unsubscribe import SignedUnsubscribeTokens
    from divisa.services.deliver import by_email
    from divisa.services.unsubscribe import LinkEmails, signing_keys

    secrets = SecretsManagerSecrets(clients.secretsmanager(), settings.api_secret_id)
    tokens = SignedUnsubscribeTokens(lambda: signing_keys(secrets))
    gateway = SesEmailGateway(clients.sesv2(), settings.sender_email, settings.configuration_set)
    send = by_email(gateway, LinkEmails(settings.app_url, settings.api_url, tokens))
    return _deliver(settings, tables_of(settings), clock_of(settings), Channel.EMAIL, send)


def quote_stream(stream_name: str) -> QuoteStream:
    """Where producers publish."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.quote_stream import KinesisQuoteStream

    return KinesisQuoteStream(clients.kinesis(), stream_name)


def _bars(settings: Settings) -> Bars:
    """The bars on a connection of their own, which gives up soon: no chart may hold up a price."""
    from divisa.adapters.aws.backoff import Backoff
    from divisa.adapters.aws.bars import DynamoBars
    from divisa.adapters.aws.tables import Tables

    hurried = Tables(settings.table_prefix, backoff=Backoff(attempts=2), read_seconds=2.0, retries=0)
    return DynamoBars(hurried.bars)


def _assign_arm(settings: DecidingSettings) -> AssignArm:
    """Who is held out. The secret is read with the first suggestion, and not again for minutes."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.secrets import SecretsManagerSecrets
    from divisa.services.assign_arm import AssignArm

    return AssignArm(SecretsManagerSecrets(clients.secretsmanager(), settings.experiment_secret_id))


class _Deciding(NamedTuple):
    """What every entrypoint shares that decides about watches."""

    markets: Markets
    watches: Watches
    decide: Decide


def _deciding(settings: DecidingSettings, *, consistent: bool = False) -> _Deciding:
    """`consistent` says whether summaries are read as of now."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.decision_log import FirehoseDecisionLog
    from divisa.adapters.aws.markets import DynamoMarkets
    from divisa.adapters.aws.policy_source import SsmPolicySource
    from divisa.adapters.aws.portfolios import DynamoPortfolios
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.adapters.aws.scorer import SageMakerScorer
    from divisa.adapters.aws.suggestions import DynamoSuggestions
    from divisa.adapters.aws.summaries import DynamoSummaries
    from divisa.adapters.aws.watches import DynamoWatches
    from divisa.observability import report_policy
    from divisa.services.decide import Decide
    from divisa.services.evaluate_users import EvaluateUsers
    from divisa.services.gather_facts import GatherFacts
    from divisa.services.log_decisions import LogDecisions
    from divisa.services.suggest import Suggest

    tables, clock = tables_of(settings), clock_of(settings)
    max_age = timedelta(seconds=settings.max_quote_age_seconds)
    watches = DynamoWatches(tables.watches, tables.suggestions, shards=settings.watch_shards)
    decide = Decide(
        EvaluateUsers(
            DynamoSummaries(tables.summaries, consistent=consistent),
            SageMakerScorer(clients.sagemaker_runtime(), settings.endpoint_name),
        ),
        Suggest(
            watches,
            GatherFacts(
                DynamoPortfolios(tables.portfolios),
                DynamoRecipients(tables.recipients),
                DynamoSuggestions(tables.suggestions),
                _assign_arm(settings),
                clock,
            ),
            SsmPolicySource(clients.ssm(), settings.policy_parameter, report_policy),
            clock,
            VisitRules(),
            timedelta(hours=settings.watch_age_hours),
            LogDecisions(FirehoseDecisionLog(clients.firehose(), settings.decisions_stream_name)),
        ),
        clock,
        max_age,
    )
    return _Deciding(DynamoMarkets(tables.market), watches, decide)


def _deliver(settings: SenderSettings, tables: Tables, clock: Clock, channel: Channel, send: Send) -> Deliver:
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.pacing import DynamoPacing
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
    from divisa.services.deliver import Deliver

    return Deliver(
        channel=channel,
        deliveries=DynamoDeliveries(tables.deliveries),
        recipients=DynamoRecipients(tables.recipients),
        pacing=DynamoPacing(tables.pacing),
        clock=clock,
        send=send,
        topic=SnsSuggestionTopic(clients.topic_sns(), settings.suggestions_topic_arn),
    )
