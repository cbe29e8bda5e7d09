from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa import bootstrap
from divisa.adapters.aws.backlog import SqsBacklog
from divisa.adapters.aws.bars import DynamoBars
from divisa.adapters.aws.clock import ReplayClock, SystemClock
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.held_suggestions import DynamoHeldSuggestions
from divisa.adapters.aws.lake_doors import FirehoseLakeDoors
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.ledger_stream import KinesisLedgerStream
from divisa.adapters.aws.markets import DynamoMarkets
from divisa.adapters.aws.policy_source import SsmPolicySource
from divisa.adapters.aws.portfolios import DynamoPortfolios
from divisa.adapters.aws.quarantine import S3Quarantine
from divisa.adapters.aws.quote_stream import KinesisQuoteStream
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.scorer import SageMakerScorer
from divisa.adapters.aws.suggestion_topic import SnsSuggestionTopic
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.watches import DynamoWatches
from divisa.domain.errors import InvalidSetting
from divisa.domain.recipient import Channel
from divisa.settings import (
    BacklogSettings,
    EmailSettings,
    LedgerSettings,
    OutboxSettings,
    PushSettings,
    QuotesSettings,
    RefreshSettings,
    ReleaseSettings,
    SmsSettings,
    ToLakeSettings,
    TransactionsSettings,
    served_pairs,
)
from tests.unit.test_settings import COMMON, OF_KIND

if TYPE_CHECKING:
    from divisa.services.decide import Decide

REPLAY = {"CLOCK": "replay", "CLOCK_PARAMETER": "/divisa/local/clock"}


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


def kinds(use_case: Any) -> dict[str, type]:
    """What stands behind each part of a use case."""
    return {field.name: type(getattr(use_case, field.name)) for field in fields(use_case)}


DECIDING = {
    "summaries": DynamoSummaries,
    "scorer": SageMakerScorer,
    "watches": DynamoWatches,
    "portfolios": DynamoPortfolios,
    "recipients": DynamoRecipients,
    "suggestions": DynamoSuggestions,
    "policy": SsmPolicySource,
}


def deciding(decide: Decide) -> dict[str, type]:
    """What stands behind a decision, once it is seen to have one clock and one freshness."""
    assert decide.suggest.clock is decide.clock
    assert decide.suggest.gather.clock is decide.clock
    assert decide.max_quote_age == timedelta(seconds=60)
    assert decide.suggest.refresh_age == timedelta(hours=6)
    wired = kinds(decide.evaluate) | kinds(decide.suggest) | kinds(decide.suggest.gather)
    return {name: wired[name] for name in DECIDING}


def test_the_quotes_consumer_is_wired_as_its_settings_say() -> None:
    settings = QuotesSettings.from_environment(COMMON | OF_KIND[QuotesSettings])
    apply = bootstrap.apply_quotes(settings)

    wired = kinds(apply)
    expected = {"markets": DynamoMarkets, "quarantine": S3Quarantine, "backlog": SqsBacklog, "bars": DynamoBars}
    expected |= {"clock": SystemClock}
    assert {name: wired[name] for name in expected} == expected
    assert deciding(apply.decide) == DECIDING
    assert apply.pairs == served_pairs(settings)
    assert apply.limits.max_age == apply.decide.max_quote_age
    assert (apply.shards, apply.at_once) == (4, 2000)


def test_it_decides_about_the_watches_that_a_price_breaks_by_one_clock_and_from_one_table() -> None:
    apply = bootstrap.apply_quotes(QuotesSettings.from_environment(COMMON | OF_KIND[QuotesSettings] | REPLAY))

    watches = apply.decide.suggest.watches
    assert isinstance(apply.clock, ReplayClock)
    assert apply.decide.clock is apply.clock
    assert apply.candidates == watches.broken
    assert watches.shards == apply.shards


def test_the_backlog_and_the_refresh_decide_as_the_quotes_consumer_does() -> None:
    work_off = bootstrap.work_off(BacklogSettings.from_environment(COMMON | OF_KIND[BacklogSettings]))
    refresh = bootstrap.refresh_watches(RefreshSettings.from_environment(COMMON | OF_KIND[RefreshSettings]))

    assert kinds(work_off)["backlog"] is SqsBacklog
    for use_case in (work_off, refresh):
        assert kinds(use_case)["markets"] is DynamoMarkets
        assert use_case.watches is use_case.decide.suggest.watches
        assert deciding(use_case.decide) == DECIDING


def test_the_ledgers_fold_decides_as_the_quotes_consumer_does_and_reads_what_it_has_just_folded() -> None:
    fold = bootstrap.fold_ledger(TransactionsSettings.from_environment(COMMON | OF_KIND[TransactionsSettings]))

    wired = kinds(fold)
    expected = {"summaries": DynamoSummaries, "ledger": DynamoLedger, "watches": DynamoWatches}
    assert {name: wired[name] for name in expected} == expected
    assert kinds(fold.reevaluate)["markets"] is DynamoMarkets
    assert fold.watches is fold.reevaluate.watches is fold.reevaluate.decide.suggest.watches
    assert deciding(fold.reevaluate.decide) == DECIDING
    summaries = fold.reevaluate.decide.evaluate.summaries
    assert isinstance(summaries, DynamoSummaries)
    assert summaries.is_consistent


def test_the_release_judges_as_the_quotes_consumer_does_and_finds_what_that_one_holds() -> None:
    release = bootstrap.release_held(ReleaseSettings.from_environment(COMMON | OF_KIND[ReleaseSettings]))

    wired = kinds(release)
    expected = {"held": DynamoHeldSuggestions, "suggestions": DynamoSuggestions, "markets": DynamoMarkets}
    assert {name: wired[name] for name in expected} == expected
    assert deciding(release.decide) == DECIDING
    assert (release.gather, release.policy) == (release.decide.suggest.gather, release.decide.suggest.policy)
    assert release.clock is release.decide.clock


def test_what_quotes_break_is_read_at_half_the_price() -> None:
    apply = bootstrap.apply_quotes(QuotesSettings.from_environment(COMMON | OF_KIND[QuotesSettings]))

    summaries = apply.decide.evaluate.summaries
    assert isinstance(summaries, DynamoSummaries)
    assert not summaries.is_consistent


def test_ledger_entries_are_published_to_kinesis() -> None:
    stream = bootstrap.ledger_stream(LedgerSettings.from_environment(COMMON | OF_KIND[LedgerSettings]))

    assert isinstance(stream, KinesisLedgerStream)


def test_a_served_pair_that_is_none_stops_the_wiring() -> None:
    settings = QuotesSettings.from_environment(COMMON | OF_KIND[QuotesSettings] | {"PAIRS": "USDMXN"})
    with pytest.raises(InvalidSetting, match="^PAIRS: "):
        bootstrap.apply_quotes(settings)


def test_the_outbox_publishes_to_sns() -> None:
    publish = bootstrap.publish_suggestions(OutboxSettings.from_environment(COMMON | OF_KIND[OutboxSettings]))

    assert kinds(publish) == {"topic": SnsSuggestionTopic}


@pytest.mark.parametrize(("clock", "kind"), [({}, SystemClock), (REPLAY, ReplayClock)])
def test_each_channel_has_a_sender_of_its_own(clock: dict[str, str], kind: type) -> None:
    by_push = bootstrap.deliver_by_push(PushSettings.from_environment(COMMON | OF_KIND[PushSettings] | clock))
    by_sms = bootstrap.deliver_by_sms(SmsSettings.from_environment(COMMON | OF_KIND[SmsSettings] | clock))
    by_email = bootstrap.deliver_by_email(EmailSettings.from_environment(COMMON | OF_KIND[EmailSettings] | clock))

    assert (by_push.channel, by_email.channel, by_sms.channel) == tuple(Channel)
    for deliver in (by_push, by_email, by_sms):
        wired = kinds(deliver)
        assert (wired["deliveries"], wired["recipients"], wired["clock"]) == (DynamoDeliveries, DynamoRecipients, kind)


def test_what_the_tables_hold_goes_into_the_lake_by_firehose() -> None:
    carry = bootstrap.carry_to_lake(ToLakeSettings.from_environment(COMMON | OF_KIND[ToLakeSettings]))

    assert kinds(carry) == {"doors": FirehoseLakeDoors}


def test_producers_publish_to_kinesis() -> None:
    assert isinstance(bootstrap.quote_stream("divisa-local-quotes"), KinesisQuoteStream)


HANDLERS = (
    "quotes",
    "backlog",
    "refresh",
    "release",
    "outcomes",
    "transactions",
    "ledger",
    "outbox",
    "to_lake",
    "push",
    "sms",
    "email",
    "inbound_sms",
    "email_feedback",
)
HEAVY = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(f"stream_consumers.{name}")
    print(name, *sorted({"boto3", "pynamodb", "sklearn"} & sys.modules.keys()))
"""


def test_importing_a_handler_loads_neither_boto3_nor_pynamodb() -> None:
    command = [sys.executable, "-c", HEAVY, *HANDLERS]

    # One after the other in one process: the first that loads one is the first line with more than a name.
    answer = subprocess.run(command, capture_output=True, text=True, check=True)

    assert answer.stdout.splitlines() == list(HANDLERS)
