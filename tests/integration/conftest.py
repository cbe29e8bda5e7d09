"""Which tests want the machine to themselves: all that run a whole laptop cloud. The others are slow."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOCAL = HERE / "local"
SHARING = (
    *(HERE / "infra", HERE / "notebooks", HERE / "test_erasure.py"),
    *(path for path in (HERE / "lake").iterdir() if path.name != "test_demo.py"),
    *(LOCAL / "ministack", LOCAL / "promotion", LOCAL / "sagemaker"),
    *(LOCAL / "test_deploy.py", LOCAL / "test_inbox.py", LOCAL / "test_postgres.py", LOCAL / "test_request_units.py"),
)
"""Folders and files whose tests run beside others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them before marks are chosen by."""
    for item in items:
        if item.path.is_relative_to(HERE):
            shares = any(item.path.is_relative_to(each) for each in SHARING)
            item.add_marker(pytest.mark.slow if shares else pytest.mark.alone)
