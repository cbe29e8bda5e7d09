"""Which tests want the machine to themselves: all that run a whole laptop cloud, or package one."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARING = (HERE / "notebooks", HERE / "local" / "promotion", HERE / "local" / "sagemaker")
"""Folders whose tests run beside others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them before marks are chosen by."""
    for item in items:
        if item.path.is_relative_to(HERE) and not any(item.path.is_relative_to(folder) for folder in SHARING):
            item.add_marker(pytest.mark.alone)
