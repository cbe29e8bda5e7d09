"""How what is kept of people is wired."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from divisa.adapters.aws.clock import ReplayClock, SystemClock
from divisa.adapters.aws.deliveries import DynamoDeliveries
from divisa.adapters.aws.devices import DynamoDevices
from divisa.adapters.aws.erasure_markers import S3ErasureMarkers
from divisa.adapters.aws.erasure_queue import SqsErasureQueue
from divisa.adapters.aws.erasures import DynamoErasures
from divisa.adapters.aws.ledger import DynamoLedger
from divisa.adapters.aws.outcomes import DynamoOutcomes
from divisa.adapters.aws.personal_rows import DynamoPersonalRows
from divisa.adapters.aws.push_gateway import SnsPushGateway
from divisa.adapters.aws.recipients import DynamoRecipients
from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.adapters.aws.sign_ins import CognitoSignIns
from divisa.adapters.aws.suggestions import DynamoSuggestions
from divisa.adapters.aws.summaries import DynamoSummaries
from divisa.adapters.aws.watches import DynamoWatches
from divisa.bootstrap import people
from divisa.settings import ApiSettings, EmailFeedbackSettings, ErasureSettings, InboundSmsSettings, served_pairs
from tests.unit.test_settings import COMMON, OF_KIND

REPLAY = {"CLOCK": "replay", "CLOCK_PARAMETER": "/divisa/local/clock"}
API = ApiSettings.from_environment(COMMON | OF_KIND[ApiSettings] | REPLAY)
ERASING = ErasureSettings.from_environment(COMMON | OF_KIND[ErasureSettings] | REPLAY)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region and keys of nobody, and no way out."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    def refuse(*_: object) -> None:
        raise AssertionError("wiring opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def kinds(use_case: Any) -> dict[str, type]:
    """What stands behind each part of a use case."""
    return {field.name: type(getattr(use_case, field.name)) for field in fields(use_case)}


def test_each_use_case_of_the_api_reads_its_own_stores() -> None:
    assert kinds(people.admit(API)) == {"erasures": DynamoErasures, "secrets": SecretsManagerSecrets}
    assert kinds(people.keep_preferences(API)) == {"recipients": DynamoRecipients, "pairs": frozenset}
    assert kinds(people.keep_devices(API)) == {"devices": DynamoDevices, "clock": SystemClock}
    assert kinds(people.answer_suggestion(API)) == {"suggestions": DynamoSuggestions, "clock": ReplayClock}
    assert kinds(people.open_suggestion(API)) == {"suggestions": DynamoSuggestions, "clock": ReplayClock}
    leaving = people.unsubscribe(API)
    assert kinds(leaving.withdraw) == {"recipients": DynamoRecipients}
    assert leaving.recipients is leaving.withdraw.recipients
    listing = kinds(people.list_suggestions(API))
    assert listing == {"suggestions": DynamoSuggestions, "recipients": DynamoRecipients, "clock": ReplayClock}


def test_what_comes_back_finds_people_and_changes_them_in_one_table() -> None:
    for take in (
        people.take_sms(InboundSmsSettings.from_environment(COMMON)),
        people.take_email_feedback(EmailFeedbackSettings.from_environment(COMMON)),
    ):
        assert isinstance(take.recipients, DynamoRecipients)
        assert take.withdraw.recipients is take.recipients


def test_an_export_reads_every_store_that_knows_people() -> None:
    export = people.export_person(API)
    assert kinds(export) == {
        "sign_ins": CognitoSignIns,
        "recipients": DynamoRecipients,
        "devices": DynamoDevices,
        "ledger": DynamoLedger,
        "summaries": DynamoSummaries,
        "watches": DynamoWatches,
        "suggestions": DynamoSuggestions,
        "deliveries": DynamoDeliveries,
        "outcomes": DynamoOutcomes,
        "clock": ReplayClock,
        "pairs": frozenset,
    }
    assert export.pairs == served_pairs(API)


def test_erasing_is_asked_for_and_done_by_the_wall_and_stops_the_person_in_the_same_way() -> None:
    request, erase = people.request_erasure(API), people.erase_person(ERASING)
    assert kinds(request)["queue"] is SqsErasureQueue
    stopping = {
        "erasures": DynamoErasures,
        "recipients": DynamoRecipients,
        "sign_ins": CognitoSignIns,
        "secrets": SecretsManagerSecrets,
        "clock": SystemClock,
    }
    assert kinds(request.stop) == kinds(erase.stop) == stopping
    assert kinds(erase) == {
        "stop": type(request.stop),
        "watches": DynamoWatches,
        "ledger": DynamoLedger,
        "suggestions": DynamoSuggestions,
        "deliveries": DynamoDeliveries,
        "devices": DynamoDevices,
        "push": SnsPushGateway,
        "rows": DynamoPersonalRows,
        "sign_ins": CognitoSignIns,
        "markers": S3ErasureMarkers,
        "erasures": DynamoErasures,
        "queue": SqsErasureQueue,
        "clock": SystemClock,
        "pairs": frozenset,
    }
    assert erase.watches.shards == ERASING.watch_shards


@pytest.mark.parametrize("module", ["stream_consumers.erasure", "api_handlers.routes.me"])
def test_importing_a_handler_loads_neither_boto3_nor_pynamodb(module: str) -> None:
    heavy = f"import sys, {module}; print(sorted({{'boto3', 'pynamodb'}} & sys.modules.keys()))"
    answer = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)

    assert answer.stdout == "[]\n"
