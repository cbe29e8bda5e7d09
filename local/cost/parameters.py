"""How a stage is deployed, as far as it costs something: the parameters and functions of serverless.yml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from local.home import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEMPLATE: Final = ROOT / "serverless.yml"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What of a stage costs something.

    Attributes:
        batch_window: seconds in which ticks are gathered for one call of the quotes consumer.
        watch_shards: partitions of a pair's watches.
        watch_age: seconds after which a watch is evaluated again, whatever the price did.
        refreshes_per_run: the most watches of a pair that are refreshed a minute.
        stream_shards: of the quote stream.
        stream_hours: for which it keeps its records.
        endpoint_instance: type of the endpoint's machines.
        endpoint_instances: how many there are at least.
        memory_gb: of each function, by name.
    """

    batch_window: float
    watch_shards: int
    watch_age: float
    refreshes_per_run: int
    stream_shards: int
    stream_hours: int
    endpoint_instance: str
    endpoint_instances: int
    memory_gb: Mapping[str, float]


class _Template(yaml.SafeLoader):
    """YAML in which CloudFormation's functions (`!Ref`) stand for themselves and mean nothing."""


def _nothing(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> None:
    return None


_Template.add_multi_constructor("!", _nothing)


def read_parameters(stage: str = "prod", path: Path = TEMPLATE) -> Parameters:
    """The parameters of a stage: its own where it has them, else the default ones."""
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Template)  # noqa: S506 - a safe loader
    values = template["params"]["default"] | (template["params"].get(stage) or {})
    return Parameters(
        batch_window=float(values["batchWindow"]),
        watch_shards=int(values["watchShards"]),
        watch_age=3600.0 * float(values["watchAge"]),
        refreshes_per_run=int(values["refreshesPerRun"]),
        stream_shards=int(values["shards"]),
        stream_hours=int(values["streamHours"]),
        endpoint_instance=str(values["endpointInstance"]),
        endpoint_instances=int(values["endpointInstances"]),
        memory_gb={name: function["memorySize"] / 1024 for name, function in template["functions"].items()},
    )
