from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.integration.local.ministack.athena_world import Athena
from tests.integration.local.ministack.lake_world import LakeWorld

if TYPE_CHECKING:
    from tests.ministack import BareMiniStack


@pytest.fixture
def lake(ministack: BareMiniStack, request: pytest.FixtureRequest) -> LakeWorld:
    """A bucket of the test's own, and a name that no other test uses."""
    name = str(request.node.name).encode()
    world = LakeWorld(ministack, f"lake-{hashlib.sha256(name).hexdigest()[:12]}")
    world.make()
    return world


@pytest.fixture
def athena(lake: LakeWorld) -> Athena:
    """A database of the test's own."""
    return Athena(lake)
