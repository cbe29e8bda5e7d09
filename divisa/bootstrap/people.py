"""What is kept of people: the API's use cases about it, and the consumer that erases it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from divisa.bootstrap.shared import clock_of, push_gateway, tables_of
from divisa.settings import served_pairs

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.ports import ErasureQueue, Erasures, Recipients, Secrets, SignIns, Suggestions
    from divisa.services.admit import Admit
    from divisa.services.answer_suggestion import AnswerSuggestion
    from divisa.services.erase_person import ErasePerson, RequestErasure, StopPerson
    from divisa.services.export_person import ExportPerson
    from divisa.services.keep_devices import KeepDevices
    from divisa.services.keep_preferences import KeepPreferences
    from divisa.services.list_suggestions import ListSuggestions
    from divisa.services.open_suggestion import OpenSuggestion
    from divisa.services.take_feedback import TakeEmailFeedback, TakeSms
    from divisa.services.unsubscribe import Unsubscribe
    from divisa.settings import EmailFeedbackSettings, ErasureSettings, InboundSmsSettings, PeopleSettings


def admit(settings: PeopleSettings) -> Admit:
    """Who may come in at all."""
    from divisa.services.admit import Admit

    return Admit(_erasures(settings), _secrets(settings))


def keep_preferences(settings: PeopleSettings) -> KeepPreferences:
    """A person's preferences."""
    from divisa.services.keep_preferences import KeepPreferences

    return KeepPreferences(_recipients(settings), served_pairs(settings))


def keep_devices(settings: PeopleSettings) -> KeepDevices:
    """A person's devices, registered at the time of the wall."""
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.devices import DynamoDevices
    from divisa.services.keep_devices import KeepDevices

    return KeepDevices(DynamoDevices(_tables(settings).devices), SystemClock())


def list_suggestions(settings: PeopleSettings) -> ListSuggestions:
    """What was suggested to a person."""
    from divisa.services.list_suggestions import ListSuggestions

    return ListSuggestions(_suggestions(settings), _recipients(settings), clock_of(settings))


def answer_suggestion(settings: PeopleSettings) -> AnswerSuggestion:
    """What a person says to it."""
    from divisa.services.answer_suggestion import AnswerSuggestion

    return AnswerSuggestion(_suggestions(settings), clock_of(settings))


def open_suggestion(settings: PeopleSettings) -> OpenSuggestion:
    """That a person opened it."""
    from divisa.services.open_suggestion import OpenSuggestion

    return OpenSuggestion(_suggestions(settings), clock_of(settings))


def unsubscribe(settings: PeopleSettings) -> Unsubscribe:
    """What the link of an email does."""
    from divisa.adapters.wire.unsubscribe import SignedUnsubscribeTokens
    from divisa.services.unsubscribe import Unsubscribe, WithdrawConsent, signing_keys

    secrets, recipients = _secrets(settings), _recipients(settings)
    return Unsubscribe(SignedUnsubscribeTokens(lambda: signing_keys(secrets)), recipients, WithdrawConsent(recipients))


def take_sms(settings: InboundSmsSettings) -> TakeSms:
    """The consumer of what people text to us."""
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.services.take_feedback import TakeSms
    from divisa.services.unsubscribe import WithdrawConsent

    recipients = DynamoRecipients(tables_of(settings).recipients)
    return TakeSms(recipients, WithdrawConsent(recipients))


def take_email_feedback(settings: EmailFeedbackSettings) -> TakeEmailFeedback:
    """The consumer of what SES says to emails."""
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.recipients import DynamoRecipients
    from divisa.services.take_feedback import TakeEmailFeedback
    from divisa.services.unsubscribe import WithdrawConsent

    tables = tables_of(settings)
    recipients = DynamoRecipients(tables.recipients)
    return TakeEmailFeedback(recipients, WithdrawConsent(recipients), DynamoDeliveries(tables.deliveries))


def export_person(settings: PeopleSettings) -> ExportPerson:
    """Everything that is kept of a person."""
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.devices import DynamoDevices
    from divisa.adapters.aws.ledger import DynamoLedger
    from divisa.adapters.aws.outcomes import DynamoOutcomes
    from divisa.adapters.aws.summaries import DynamoSummaries
    from divisa.adapters.aws.watches import DynamoWatches
    from divisa.services.export_person import ExportPerson

    tables = _tables(settings)
    return ExportPerson(
        sign_ins=_sign_ins(settings),
        recipients=_recipients(settings),
        devices=DynamoDevices(tables.devices),
        ledger=DynamoLedger(tables.transactions, tables.portfolios),
        summaries=DynamoSummaries(tables.summaries),
        watches=DynamoWatches(tables.watches, tables.suggestions, shards=settings.watch_shards),
        suggestions=_suggestions(settings),
        deliveries=DynamoDeliveries(tables.deliveries),
        outcomes=DynamoOutcomes(tables.outcomes),
        clock=clock_of(settings),
        pairs=served_pairs(settings),
    )


def request_erasure(settings: PeopleSettings) -> RequestErasure:
    """A person asks to be erased."""
    from divisa.services.erase_person import RequestErasure

    return RequestErasure(_queue(settings), _stop(settings))


def erase_person(settings: ErasureSettings) -> ErasePerson:
    """The erasures' consumer, on the time of the wall."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.clock import SystemClock
    from divisa.adapters.aws.deliveries import DynamoDeliveries
    from divisa.adapters.aws.devices import DynamoDevices
    from divisa.adapters.aws.erasure_markers import S3ErasureMarkers
    from divisa.adapters.aws.ledger import DynamoLedger
    from divisa.adapters.aws.personal_rows import DynamoPersonalRows
    from divisa.adapters.aws.watches import DynamoWatches
    from divisa.services.erase_person import ErasePerson

    tables = _tables(settings)
    return ErasePerson(
        stop=_stop(settings),
        watches=DynamoWatches(tables.watches, tables.suggestions, shards=settings.watch_shards),
        ledger=DynamoLedger(tables.transactions, tables.portfolios),
        suggestions=_suggestions(settings),
        deliveries=DynamoDeliveries(tables.deliveries),
        devices=DynamoDevices(tables.devices),
        push=push_gateway(settings),
        rows=DynamoPersonalRows(tables),
        sign_ins=_sign_ins(settings),
        markers=S3ErasureMarkers(clients.s3(), settings.lake_bucket),
        erasures=_erasures(settings),
        queue=_queue(settings),
        clock=SystemClock(),
        pairs=served_pairs(settings),
    )


def _stop(settings: PeopleSettings) -> StopPerson:
    from divisa.adapters.aws.clock import SystemClock
    from divisa.services.erase_person import StopPerson

    return StopPerson(
        _erasures(settings), _recipients(settings), _sign_ins(settings), _secrets(settings), SystemClock()
    )


@cache
def _tables(settings: PeopleSettings) -> Tables:
    return tables_of(settings)


@cache
def _secrets(settings: PeopleSettings) -> Secrets:
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.secrets import SecretsManagerSecrets

    return SecretsManagerSecrets(clients.secretsmanager(), settings.api_secret_id)


def _erasures(settings: PeopleSettings) -> Erasures:
    from divisa.adapters.aws.erasures import DynamoErasures

    return DynamoErasures(_tables(settings).erasures)


def _recipients(settings: PeopleSettings) -> Recipients:
    from divisa.adapters.aws.recipients import DynamoRecipients

    return DynamoRecipients(_tables(settings).recipients)


def _suggestions(settings: PeopleSettings) -> Suggestions:
    from divisa.adapters.aws.suggestions import DynamoSuggestions

    return DynamoSuggestions(_tables(settings).suggestions)


def _sign_ins(settings: PeopleSettings) -> SignIns:
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.sign_ins import CognitoSignIns

    return CognitoSignIns(clients.cognito(), settings.user_pool_id)


def _queue(settings: PeopleSettings) -> ErasureQueue:
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.erasure_queue import SqsErasureQueue

    return SqsErasureQueue(clients.sqs(), settings.erasure_queue_url)
