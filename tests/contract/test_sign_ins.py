from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.sign_ins import CognitoSignIns
from divisa.adapters.memory.sign_ins import MemorySignIns
from divisa.ports import SignIn
from tests.builders import EMAIL, WEDNESDAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from divisa.ports import SignIns
    from tests.ministack import BareMiniStack

    Doors = tuple[SignIns, Callable[[str], str]]


@pytest.fixture
def doors(side: str, request: pytest.FixtureRequest) -> Doors:
    """The sign-in service, and a way to sign somebody up with an address, which gives the user's subject."""
    if side == "memory":
        memory = MemorySignIns()

        def join(email: str) -> str:
            memory.put(email, SignIn(True, WEDNESDAY, {"email": email}))
            return email

        return memory, join
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"contract-{uuid.uuid4().hex[:12]}")["UserPool"]["Id"]

    def sign_up(email: str) -> str:
        name = email.partition("@")[0]
        made = cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=[{"Name": "email", "Value": email}]
        )
        [subject] = [each["Value"] for each in made["User"]["Attributes"] if each["Name"] == "sub"]
        assert subject != name
        return str(subject)

    client = clients.cognito()
    request.addfinalizer(client.close)
    return CognitoSignIns(client, pool), sign_up


def test_a_user_is_known_by_their_subject(doors: Doors) -> None:
    sign_ins, sign_up = doors
    found = sign_ins.find(sign_up(EMAIL))
    assert found is not None
    assert (found.enabled, found.attributes["email"]) == (True, EMAIL)
    assert datetime(2020, 1, 1, tzinfo=UTC) < found.created_at
    assert found.created_at.tzinfo is UTC


def test_a_sign_in_in_a_log_shows_no_attribute(doors: Doors) -> None:
    sign_ins, sign_up = doors
    assert EMAIL not in repr(sign_ins.find(sign_up(EMAIL)))


def test_who_is_disabled_stays_known(doors: Doors) -> None:
    sign_ins, sign_up = doors
    ana, ben = sign_up(EMAIL), sign_up("ben@example.com")
    sign_ins.disable(ana)
    sign_ins.disable(ana)
    found, other = sign_ins.find(ana), sign_ins.find(ben)
    assert found is not None
    assert other is not None
    assert (found.enabled, other.enabled) == (False, True)


def test_who_is_deleted_is_forgotten(doors: Doors) -> None:
    sign_ins, sign_up = doors
    ana, ben = sign_up(EMAIL), sign_up("ben@example.com")
    sign_ins.disable(ana)
    sign_ins.delete(ana)
    assert sign_ins.find(ana) is None
    assert sign_ins.find(ben) is not None


def test_an_unknown_user_is_no_error(doors: Doors) -> None:
    sign_ins, _ = doors
    sign_ins.disable("nobody")
    sign_ins.delete("nobody")
    assert sign_ins.find("nobody") is None
