from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from divisa.adapters.aws.erasures import DynamoErasures
from divisa.adapters.memory.erasures import MemoryErasures
from divisa.domain.erasure import Erasure
from divisa.domain.errors import ConcurrentUpdate
from tests.builders import WEDNESDAY
from tests.contract.conftest import make_tables

if TYPE_CHECKING:
    from divisa.ports import Erasures

LATER = WEDNESDAY + timedelta(hours=1)


@pytest.fixture
def erasures(side: str, request: pytest.FixtureRequest) -> Erasures:
    if side == "memory":
        return MemoryErasures()
    return DynamoErasures(make_tables(request.getfixturevalue("cloud")).erasures)


def test_who_never_asked_has_no_tombstone(erasures: Erasures) -> None:
    assert erasures.find("erased-1") is None


def test_a_tombstone_stands_from_the_first_request_on(erasures: Erasures) -> None:
    assert erasures.begin("erased-1", WEDNESDAY) == Erasure("erased-1", WEDNESDAY)
    assert erasures.begin("erased-1", LATER) == Erasure("erased-1", WEDNESDAY)
    assert erasures.find("erased-1") == Erasure("erased-1", WEDNESDAY)
    assert erasures.find("erased-2") is None


def test_a_tombstone_says_when_the_last_of_the_data_was_gone(erasures: Erasures) -> None:
    erasures.begin("erased-1", WEDNESDAY)
    erasures.finish("erased-1", LATER)
    erasures.finish("erased-1", LATER + timedelta(hours=1))
    assert erasures.find("erased-1") == erasures.begin("erased-1", LATER) == Erasure("erased-1", WEDNESDAY, LATER)


def test_what_was_never_begun_is_not_finished(erasures: Erasures) -> None:
    with pytest.raises(ConcurrentUpdate):
        erasures.finish("erased-1", LATER)
    assert erasures.find("erased-1") is None
