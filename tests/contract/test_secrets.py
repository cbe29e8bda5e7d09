from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws import clients
from divisa.adapters.aws.secrets import SecretsManagerSecrets
from divisa.adapters.memory.secrets import MemorySecrets
from divisa.domain.errors import NotFound

if TYPE_CHECKING:
    from divisa.ports import Secrets
    from tests.ministack import BareMiniStack

KEYS = {"key": "k" * 64, "ñandú": "pássword-de-dezesseis"}


@pytest.fixture
def secrets(side: str, request: pytest.FixtureRequest) -> Secrets:
    if side == "memory":
        return MemorySecrets({name: key.encode() for name, key in KEYS.items()})
    cloud: BareMiniStack = request.getfixturevalue("cloud")
    name = f"contract-{uuid.uuid4().hex[:12]}"
    cloud.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(KEYS))
    client = clients.secretsmanager()
    request.addfinalizer(client.close)
    return SecretsManagerSecrets(client, name)


def test_a_key_is_found_by_its_name(secrets: Secrets) -> None:
    assert {name: secrets.get(name) for name in KEYS} == {name: key.encode() for name, key in KEYS.items()}


@pytest.mark.parametrize("name", ["", "Key", "key ", "other"])
def test_a_name_without_a_key_is_not_found_and_not_repeated(secrets: Secrets, name: str) -> None:
    with pytest.raises(NotFound, match="^the secret has no such key$"):
        secrets.get(name)
