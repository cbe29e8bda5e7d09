"""Which tests run beside which: those of timing alone, those on whole laptop clouds two clouds at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
LOCAL = HERE / "local"
ALONE = LOCAL / "test_cloud.py", LOCAL / "test_schedules.py", LOCAL / "test_stream_mappings.py"
"""Files whose tests are about when something happens, and want the machine to themselves."""
CLOUDS = HERE / "api", HERE / "end_to_end"
"""Folders whose tests share one whole laptop cloud, and wait for what happens there."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them before marks are chosen by; the others are slow."""
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        if any(item.path.is_relative_to(each) for each in CLOUDS):
            item.add_marker(pytest.mark.cloud)
        else:
            item.add_marker(pytest.mark.alone if item.path in ALONE else pytest.mark.slow)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where scopes are asked for, they are clouds: all tests of one of these folders go to one worker, which has it."""
    if config.getvalue("dist") != "loadscope":
        return None
    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = lambda nodeid: nodeid.split("/")[2]
    return scheduling
