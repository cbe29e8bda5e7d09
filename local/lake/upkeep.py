"""A night's upkeep of a laptop cloud's lake, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lake.loading.plan import Request
from local.lake.runs import open_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cloud import LaptopCloud


def upkeep(cloud: LaptopCloud, say: Callable[[str], None]) -> None:
    """Keep the lake up as every night, and let a run account for what went.

    Args:
        cloud: runs.
        say: told what is begun.

    Raises:
        LaptopCloudError: a part of it failed, and why; doing it again goes on.
    """
    with open_runs(cloud, cloud.deployment.upkeep_machine_arn) as nights:
        say("people erased, old rows gone, small files put together, old states forgotten")
        nights.wait(nights.begin(Request()))
    with open_runs(cloud) as runs:
        say("a run accounts for what went")
        runs.wait(runs.begin(Request()))
