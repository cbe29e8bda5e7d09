"""What all tests share: how much hypothesis tries, that it never judges a slow machine, and what is not collected."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("divisa", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("divisa")

pytest_plugins = ["tests.ministack"]


@pytest.fixture(autouse=True, scope="module")
def old_objects_left_alone() -> Iterator[None]:
    """The collector walks what a module makes, and not again and again all that was imported and collected before."""
    gc.collect()
    gc.freeze()
    yield
