from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.nonces import KEPT_FOR, DynamoNonces
from divisa.adapters.memory.nonces import MemoryNonces
from divisa.domain.signature import WINDOW
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Nonces


@pytest.fixture
def nonces(side: str, request: pytest.FixtureRequest) -> Nonces:
    if side == "memory":
        return MemoryNonces()
    return DynamoNonces(make_tables(request.getfixturevalue("cloud")).nonces)


def test_a_nonce_is_used_once(nonces: Nonces) -> None:
    assert [nonces.use("bank", "n-1"), nonces.use("bank", "n-1"), nonces.use("bank", "n-2")] == [True, False, True]


def test_each_provider_has_its_own(nonces: Nonces) -> None:
    assert [nonces.use("bank", "n-1"), nonces.use("exchange", "n-1")] == [True, True]


def test_of_many_at_once_one_uses_it(nonces: Nonces) -> None:
    with ThreadPoolExecutor(8) as pool:
        used = list(pool.map(lambda _: nonces.use("bank", "n-1"), range(16)))
    assert sorted(used) == [False] * 15 + [True]


def test_it_is_kept_for_longer_than_its_message_is_valid() -> None:
    assert KEPT_FOR > 2 * WINDOW
