"""The ways out of messages, on the deployed cloud: the link of an email, a text, a complaint, a bounce."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.adapters.wire.unsubscribe import SignedUnsubscribeTokens
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus
from divisa.services.unsubscribe import Subscription, signing_keys
from tests.builders import WEDNESDAY, a_recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.domain.recipient import Recipient
    from tests.integration.api.conftest import ApiCloud

pytestmark = pytest.mark.integration

PATH = "/v1/unsubscribe"
PATIENCE = 120.0
"""Seconds in which a queue has surely been worked off."""
ONE_CLICK: dict[str, Any] = {"data": {"List-Unsubscribe": "One-Click"}}


def settle(api_cloud: ApiCloud, user: str, number: int) -> Recipient:
    """Somebody who gets emails and texts."""
    made = a_recipient(user, phone=f"+52550000{number:04d}", email=f"{user}@example.com")
    api_cloud.stores.recipients.put_many([made])
    return made


def load(api_cloud: ApiCloud, user: str) -> Recipient:
    return api_cloud.stores.recipients.load(user)


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert holds()


def publish(api_cloud: ApiCloud, topic: str, message: dict[str, Any]) -> None:
    api_cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(message))


def link_token(api_cloud: ApiCloud, user: str) -> str:
    """The token of a link as the email function signs it."""
    secrets = SecretsManagerSecrets(clients.secretsmanager(), api_cloud.running.deployment.api_secret_name)
    return SignedUnsubscribeTokens(lambda: signing_keys(secrets)).issue(Subscription(user, Channel.EMAIL))


def test_the_link_of_an_email_asks_and_its_button_ends_emails(api_cloud: ApiCloud) -> None:
    before = settle(api_cloud, "leaving-by-link", 1)
    query = {"token": link_token(api_cloud, before.user_id)}

    page = api_cloud.ask("GET", PATH, params=query)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), page.text
    assert load(api_cloud, before.user_id) == before

    found = re.search('action="([^"]+)"', page.text)
    assert found is not None
    done = api_cloud.ask("POST", PATH + found[1], headers={"accept": "text/html"}, data={})
    assert (done.status_code, "correos" in done.text) == (200, True), done.text
    after = load(api_cloud, before.user_id)
    assert (after.consent, after.version) == (before.consent - {Channel.EMAIL}, before.version + 1)


def test_a_mail_program_ends_emails_with_one_click_and_a_forged_link_ends_none(api_cloud: ApiCloud) -> None:
    before = settle(api_cloud, "leaving-by-click", 2)
    token = link_token(api_cloud, before.user_id)
    forged = ("B" if token[-1] == "A" else "A").join([token[:-2], token[-1]])
    for method in ("GET", "POST"):
        refused = api_cloud.ask(method, PATH, params={"token": forged})
        assert (refused.status_code, refused.json()["status"]) == (404, 404), refused.text
        assert api_cloud.ask(method, PATH).status_code == 422
    assert load(api_cloud, before.user_id) == before

    for _ in range(2):
        click = api_cloud.ask("POST", PATH, params={"token": token}, **ONE_CLICK)
        assert (click.status_code, click.json()) == (200, {"status": "unsubscribed"}), click.text
    form: dict[str, Any] = {"files": {"List-Unsubscribe": (None, "One-Click")}}  # multipart/form-data
    assert api_cloud.ask("POST", PATH, params={"token": token}, **form).status_code == 200
    assert load(api_cloud, before.user_id).version == before.version + 1


def test_a_text_that_says_so_ends_texts_for_everybody_with_that_number(api_cloud: ApiCloud) -> None:
    one, other = settle(api_cloud, "leaving-by-text", 3), settle(api_cloud, "leaving-with-them", 3)
    stays = settle(api_cloud, "staying", 4)
    topic = api_cloud.running.deployment.inbound_sms_topic_arn
    for phone, text in ((stays.phone, "gracias"), (one.phone, " ¡Baja! ")):
        publish(
            api_cloud,
            topic,
            {"originationNumber": phone, "destinationNumber": "+12065550101", "messageBody": text},
        )
    await_that(lambda: all(Channel.SMS not in load(api_cloud, each.user_id).consent for each in (one, other)))
    assert load(api_cloud, one.user_id).consent == one.consent - {Channel.SMS}
    assert load(api_cloud, stays.user_id) == stays


def test_a_complaint_ends_emails_and_a_bounce_leaves_the_address_out(api_cloud: ApiCloud) -> None:
    annoyed, gone = settle(api_cloud, "annoyed", 5), settle(api_cloud, "gone", 6)
    sent = Delivery("s-gone", Channel.EMAIL, DeliveryStatus.SENT, WEDNESDAY, "m-2")
    deliveries = api_cloud.stores.deliveries
    assert deliveries.claim(replace(sent, status=DeliveryStatus.CLAIMED)) is None
    deliveries.settle(sent)
    topic = api_cloud.running.deployment.email_feedback_topic_arn
    publish(
        api_cloud,
        topic,
        {
            "eventType": "Complaint",
            "mail": {"messageId": "m-1", "destination": [annoyed.email]},
            "complaint": {"complainedRecipients": [{"emailAddress": annoyed.email}]},
        },
    )
    publish(
        api_cloud,
        topic,
        {
            "eventType": "Bounce",
            "mail": {"messageId": "m-2", "destination": [gone.email], "tags": {"suggestion": ["s-gone"]}},
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": gone.email}]},
        },
    )
    await_that(lambda: Channel.EMAIL not in load(api_cloud, annoyed.user_id).consent)
    await_that(lambda: Channel.EMAIL not in load(api_cloud, gone.user_id).reachable())
    assert load(api_cloud, gone.user_id).consent == gone.consent
    await_that(lambda: list(deliveries.of_suggestions(["s-gone"])) == [replace(sent, status=DeliveryStatus.BOUNCED)])
