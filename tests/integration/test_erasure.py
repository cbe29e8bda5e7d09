"""A person is erased from the tables, the queue, the bucket and the user pool of a MiniStack, and searched for."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from divisa.adapters.aws.pacing import DynamoPacing
from divisa.adapters.aws.tables import DEFINITIONS, Tables
from divisa.adapters.aws.throttle import DynamoThrottle
from divisa.adapters.wire import erasure_request_from_json
from divisa.bootstrap import people
from divisa.domain.device import Platform
from divisa.domain.ledger import enter, transaction_id_of
from divisa.domain.recipient import Channel
from divisa.domain.suggestion import Delivery, DeliveryStatus, suggestion_id_of
from divisa.domain.transaction import Side
from divisa.ports import Move
from divisa.settings import ApiSettings, ErasureSettings
from tests.builders import (
    USD_MXN,
    WEDNESDAY,
    a_market_view,
    a_portfolio,
    a_quote,
    a_recipient,
    a_suggestion,
    a_summary,
    a_transaction,
    a_watch,
    an_outcome,
)
from tests.contract.conftest import make_tables
from tests.unit.services.people import contacts_of, token_of

if TYPE_CHECKING:
    from tests.ministack import BareMiniStack

pytestmark = pytest.mark.integration


class Stage:
    """What the template would make, made by hand in an empty MiniStack."""

    def __init__(self, cloud: BareMiniStack) -> None:
        name = f"erasure-{uuid.uuid4().hex[:12]}"
        self.cloud, self.bucket = cloud, name
        self.prefix = make_tables(cloud).recipients.name.removesuffix("recipients")
        self.queue = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        self.pool = cloud.client("cognito-idp").create_user_pool(PoolName=name)["UserPool"]["Id"]
        cloud.client("s3").create_bucket(Bucket=name)
        cloud.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"key": "k" * 64}))
        self.application = cloud.client("sns").create_platform_application(
            Name=name, Platform="GCM", Attributes={"PlatformCredential": "none"}
        )["PlatformApplicationArn"]
        environment = {
            "STAGE": "local",
            "TABLE_PREFIX": self.prefix,
            "CLOCK": "system",
            "PAIRS": "USD/MXN,USD/BRL",
            "WATCH_SHARDS": "4",
            "API_SECRET_ID": name,
            "USER_POOL_ID": self.pool,
            "ERASURE_QUEUE_URL": self.queue,
            "LAKE_BUCKET": name,
            "ANDROID_APPLICATION_ARN": self.application,
            "IOS_APPLICATION_ARN": "",
            "REQUESTS_PER_MINUTE": "100",
            "MAX_QUOTE_AGE_SECONDS": "60",
            "QUOTE_VALIDITY_SECONDS": "30",
        }
        self.api = ApiSettings.from_environment(environment)
        self.erasing = ErasureSettings.from_environment(environment)
        self.tables = Tables(self.prefix)
        self.endpoints: dict[str, str] = {}

    def sign_up(self, name: str) -> str:
        made = self.cloud.client("cognito-idp").admin_create_user(
            UserPoolId=self.pool,
            Username=name,
            UserAttributes=[{"Name": "email", "Value": contacts_of(name)[1]}],
        )
        [subject] = [each["Value"] for each in made["User"]["Attributes"] if each["Name"] == "sub"]
        return str(subject)

    def settle(self, user_id: str) -> None:
        """Keep everything of somebody that is ever kept."""
        erase = people.erase_person(self.erasing)
        export = people.export_person(self.api)
        phone, email = contacts_of(user_id)
        export.recipients.put_many([a_recipient(user_id, phone=phone, email=email)])
        people.keep_devices(self.api).register(user_id, Platform.ANDROID, token_of(user_id))
        made_endpoint = self.cloud.client("sns").create_platform_endpoint(
            PlatformApplicationArn=self.application, Token=token_of(user_id)
        )
        self.endpoints[user_id] = made_endpoint["EndpointArn"]
        export.outcomes.put_many([an_outcome(user_id=user_id)])
        export.summaries.put_many(USD_MXN, {user_id: a_summary()})
        _portfolios(self.tables).put_many([a_portfolio(user_id=user_id)])
        before = a_watch(user_id)
        erase.watches.put_many([before])
        for number in range(3):
            suggestion_id = suggestion_id_of(user_id, USD_MXN, Side.SELL, number)
            after = replace(before, generation=before.generation + 1)
            made = a_suggestion(user_id=user_id, suggestion_id=suggestion_id)
            assert list(erase.watches.move_all([Move(before, after, made)])) == [True]
            claim = Delivery(suggestion_id, Channel.SMS, DeliveryStatus.CLAIMED, WEDNESDAY)
            assert erase.deliveries.claim(claim) is None
            before = after
        for number in range(30):
            at = WEDNESDAY + timedelta(seconds=number)
            held = erase.ledger.portfolio(user_id, USD_MXN)
            assert held is not None
            entry, holding = enter(
                held,
                a_transaction(quantity="1", at=at, user_id=user_id),
                transaction_id=transaction_id_of(user_id, f"key-{number}"),
                quote=a_quote(at=at),
                market=a_market_view(),
                fingerprint="f" * 64,
            )
            assert erase.ledger.record(entry, holding)
        assert DynamoThrottle(self.tables.throttles, 100).take(user_id, WEDNESDAY) == 0
        assert DynamoPacing(self.tables.pacing).take(user_id, suggestion_id, WEDNESDAY, 1)

    def rows(self) -> dict[str, list[str]]:
        """Every item of every table, as text."""
        client = self.cloud.client("dynamodb")
        found = {}
        for definition in DEFINITIONS:
            pages = client.get_paginator("scan").paginate(TableName=self.prefix + definition.name)
            found[definition.name] = sorted(json.dumps(item, default=str) for page in pages for item in page["Items"])
        return found

    def traces_of(self, *secrets: str) -> set[tuple[str, str]]:
        """In which table which secret is found."""
        return {
            (table, secret)
            for table, items in self.rows().items()
            for secret in secrets
            if any(secret in each for each in items)
        }

    def work_off(self) -> list[bool]:
        """Receive what waits in the queue, until it is empty; whether each was done."""
        sqs, done = self.cloud.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=1).get("Messages"):
            [message] = messages
            done.append(people.erase_person(self.erasing)(erasure_request_from_json(message["Body"])))
            sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return done


def _portfolios(tables: Tables) -> Any:
    from divisa.adapters.aws.portfolios import DynamoPortfolios

    return DynamoPortfolios(tables.portfolios)


@pytest.fixture
def stage(ministack: BareMiniStack, ministack_environ: dict[str, str]) -> Stage:
    return Stage(ministack)


def test_a_person_who_was_erased_is_found_in_no_table_no_user_pool_and_no_bucket(stage: Stage) -> None:
    ana, ben = stage.sign_up("ana"), stage.sign_up("ben")
    stage.settle(ana)
    stage.settle(ben)
    secrets = (ana, *contacts_of(ana), token_of(ana))
    before = stage.rows()
    assert {table for table, secret in stage.traces_of(ana)} == {
        "portfolios", "summaries", "watches", "suggestions", "recipients", "devices", "outcomes", "throttles", "pacing",
        "transactions",
    }  # fmt: skip
    assert {secret for _, secret in stage.traces_of(*secrets)} == set(secrets)

    people.request_erasure(stage.api)(ana)
    assert stage.traces_of(*contacts_of(ana)) == set()
    found = people.export_person(stage.api).sign_ins.find(ana)
    assert found is not None
    assert not found.enabled
    assert stage.work_off() == [False, True]

    assert stage.traces_of(*secrets) == set()
    after = stage.rows()
    of_ben = {name: [each for each in items if ben in each] for name, items in before.items()}
    assert {name: [each for each in items if ben in each] for name, items in after.items()} == of_ben
    assert len(after["deliveries"]) == 3
    assert len(after["transactions"]) == len(before["transactions"]) == 60
    [tombstone] = after["erasures"]
    pseudonym = json.loads(tombstone)["pseudonym"]["S"]
    assert sum(pseudonym in each for each in after["transactions"]) == 30

    s3 = stage.cloud.client("s3")
    [marker] = s3.list_objects_v2(Bucket=stage.bucket)["Contents"]
    assert marker["Key"] == f"erasures/{pseudonym}.json"
    assert ana.encode() not in s3.get_object(Bucket=stage.bucket, Key=marker["Key"])["Body"].read()
    sns = stage.cloud.client("sns")
    assert sns.get_endpoint_attributes(EndpointArn=stage.endpoints[ben])["Attributes"]["Token"] == token_of(ben)
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.get_endpoint_attributes(EndpointArn=stage.endpoints[ana])
    users = stage.cloud.client("cognito-idp").list_users(UserPoolId=stage.pool)["Users"]
    assert [each["Username"] for each in users] == ["ben"]
