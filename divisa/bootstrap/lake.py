"""What the tables hold, on its way into the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from divisa.services.carry_to_lake import CarryToLake
    from divisa.settings import ToLakeSettings


def carry_to_lake(settings: ToLakeSettings) -> CarryToLake:
    """The consumer of the streams of the suggestions' and the outcomes' table."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.lake_doors import FirehoseLakeDoors
    from divisa.services.carry_to_lake import CarryToLake

    doors = settings.suggestions_door_name, settings.outcomes_door_name
    return CarryToLake(FirehoseLakeDoors(clients.firehose(), *doors))
