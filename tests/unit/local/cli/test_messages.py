"""`divisa suggestions`, `divisa inbox`, `divisa quarantine`: what came out."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, Suppression
from divisa.ports import QuarantineEntry
from local import inbox
from local.inbox import InboxMessage
from tests.builders import WEDNESDAY, a_suggestion
from tests.unit.local.memory_stores import record, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stores import Stores
    from tests.unit.local.cli.conftest import Answer

    Divisa = Callable[..., Answer]

HOUR = timedelta(hours=1)


@pytest.fixture
def told(stores: Stores) -> Stores:
    """Ana was told over SMS; Eva's suggestion was held back an hour later; Bea's is on its way since another."""
    record(stores, a_suggestion(suggestion_id="s-ana"))
    settle(stores, Delivery("s-ana", Channel.SMS, DeliveryStatus.SENT, WEDNESDAY, "m-1"))
    record(
        stores,
        a_suggestion(
            suggestion_id="s-eva",
            user_id="eva",
            quote_time=WEDNESDAY + HOUR,
            suppressed=Suppression.COOLDOWN,
            channels=(),
        ),
    )
    record(stores, a_suggestion(suggestion_id="s-bea", user_id="bea", quote_time=WEDNESDAY + 2 * HOUR))
    return stores


def test_suggestions_say_what_became_of_each_the_newest_first(divisa: Divisa, told: Stores) -> None:
    answer = divisa("suggestions")

    assert (answer.code, answer.err) == (0, "")
    _, bea, eva, ana, total = answer.out.splitlines()
    assert "bea" in bea
    assert bea.rstrip().endswith("on its way")
    assert eva.rstrip().endswith("held back: cooldown")
    assert "SELL 100.00 USD at 17.3512 MXN" in ana
    assert ana.rstrip().endswith("sms sent")
    assert total == "3 of 3 suggestions."


def test_suggestions_of_one_user_and_only_so_many(divisa: Divisa, told: Stores) -> None:
    assert "1 of 1 suggestions." in divisa("suggestions", "--user", "eva").out
    assert "0 of 0 suggestions." in divisa("suggestions", "--user", "nobody").out
    assert "2 of 3 suggestions." in divisa("suggestions", "--limit", "2").out


def test_suggestions_are_told_to_programs_too(divisa: Divisa, told: Stores) -> None:
    bea, eva, ana = json.loads(divisa("suggestions", "--json", "--limit", "0").out)

    assert (ana["side"], ana["amount"], ana["price"], ana["deliveries"]) == (
        "SELL",
        "100.00",
        "17.3512",
        {"sms": "sent"},
    )
    assert datetime.fromisoformat(ana["quote_time"]) == WEDNESDAY
    assert [reason["code"] for reason in ana["reasons"]] == ["above_cost"]
    assert (eva["suppressed"], bea["suppressed"], bea["deliveries"]) == ("cooldown", None, {})
    assert json.loads(divisa("suggestions", "--json", "--user", "nobody").out) == []


@pytest.fixture
def mailbox(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> list[InboxMessage]:
    messages = [
        *(InboxMessage(Channel.SMS, f"t-{n}", "+525512345678", f"Vende [{n}]") for n in range(3)),
        InboxMessage(
            Channel.EMAIL, "e-1", "ana@example.com", "Price [/b] up", "Sell", datetime(2030, 1, 1, tzinfo=UTC)
        ),
    ]
    monkeypatch.setattr(inbox, "read", lambda addresses, channel: [m for m in messages if channel in (None, m.channel)])
    return messages


def test_the_inbox_shows_texts_as_they_are_and_recipients_masked(divisa: Divisa, mailbox: list[InboxMessage]) -> None:
    answer = divisa("inbox", "--limit", "2")

    assert answer.code == 0
    assert [text in answer.out for text in ("Vende [0]", "Vende [1]", "Vende [2]", "Price [/b] up")] == [
        False,
        True,
        True,
        True,
    ]
    assert "3 of 4 messages." in answer.out
    assert "+52********78" in answer.out
    assert "+525512345678" not in answer.out


def test_whole_contacts_are_shown_only_when_asked_for(divisa: Divisa, mailbox: list[InboxMessage]) -> None:
    assert "ana@example.com" in divisa("inbox", "--unmasked", "--channel", "email").out
    assert "ana@" not in divisa("inbox", "--json").out


def test_the_inbox_is_told_to_programs_too(divisa: Divisa, mailbox: list[InboxMessage]) -> None:
    found = json.loads(divisa("inbox", "--json", "--limit", "0").out)

    assert [each["channel"] for each in found] == ["email", "sms", "sms", "sms"]
    assert found[0]["received_at"] == "2030-01-01T00:00:00+00:00"
    assert found[-1]["received_at"] is None
    assert json.loads(divisa("inbox", "--json", "--channel", "email").out) == found[:1]


@pytest.fixture
def quarantined(stores: Stores) -> Stores:
    refused = [("stale", b"{}"), ("malformed", b"\xf3\x89[red]"), ("stale", b"x" * 200)]
    stores.quarantine.put_many(
        QuarantineEntry(f"e-{n}", reason, "quote 7 of [ecb]", payload, f"{n:05d}", WEDNESDAY + n * HOUR)
        for n, (reason, payload) in enumerate(refused)
    )
    return stores


def test_quarantine_counts_by_reason_and_shows_the_bytes_as_they_came(divisa: Divisa, quarantined: Stores) -> None:
    answer = divisa("quarantine")

    assert answer.code == 0
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["malformed", "1"] in rows
    assert ["stale", "2"] in rows
    assert r"\xf3\x89[red]" in answer.out
    assert "quote 7 of [ecb]" in answer.out
    assert answer.out.endswith("3 of 3 events.\n")


def test_quarantine_of_one_reason_and_only_so_many(divisa: Divisa, quarantined: Stores) -> None:
    assert "2 of 2 events." in divisa("quarantine", "--reason", "stale").out
    assert "1 of 3 events." in divisa("quarantine", "--limit", "1").out
    assert "0 of 0 events." in divisa("quarantine", "--reason", "crossed").out


def test_quarantine_is_told_to_programs_with_every_byte_the_newest_first(divisa: Divisa, quarantined: Stores) -> None:
    found = json.loads(divisa("quarantine", "--json", "--limit", "0").out)

    assert [entry["entry_id"] for entry in found] == ["e-2", "e-1", "e-0"]
    assert base64.b64decode(found[1]["payload"]) == b"\xf3\x89[red]"
    assert found[1]["reason"] == "malformed"
