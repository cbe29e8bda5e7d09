"""One laptop cloud for all tests of this folder, with the functions and the model's code as deployed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from divisa.adapters.aws.clock import ReplayTime
from local import cloud
from local.rule_model import make_rule_model
from local.stores import open_stores
from tests.builders import WEDNESDAY
from tests.integration.end_to_end.deployed import DeployedCloud
from tests.integration.end_to_end.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


def quietly(_: str) -> None:
    """Takes no notice of progress."""


@pytest.fixture(scope="package")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedCloud]:
    """It is Wednesday, the market is open, and time runs as usual."""
    artefact = make_rule_model(tmp_path_factory.mktemp("rule-model"))
    home = tmp_path_factory.mktemp("end-to-end")
    try:
        running = cloud.up(model=artefact, say=quietly, home=home)
        with pytest.MonkeyPatch.context() as environment:
            for name in running.environ():  # so that other tests get their environment back
                environment.setenv(name, "")
            stores = open_stores(running)
            clock = ReplayTime(WEDNESDAY, datetime.now(UTC), speed=1.0)
            found = DeployedCloud(home, running, stores, clock, artefact)
            found.follow(clock)
            yield found
            found.close()
    finally:
        cloud.down(say=quietly, home=home)


@pytest.fixture
def world(deployed: DeployedCloud, request: pytest.FixtureRequest) -> Iterator[World]:
    """Markets without a past, and nobody there yet."""
    world = World(deployed, f"t{crc32(request.node.name.encode()):08x}")
    world.begin()
    yield world
    world.end()
