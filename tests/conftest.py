"""What all tests share: how much hypothesis tries, that it never judges a slow machine, and what is not collected."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

settings.register_profile("divisa", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("divisa")

pytest_plugins = ["tests.ministack"]

# The main module of a worker has no file, by which the Spark client tells doctests, and then it ends the process.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collecting imports is there to stay: to look through it for garbage costs most of a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


TRAINS = frozenset({"matrix", "trained", "model_dir", "won", "lived", "untold"})
"""Fixtures that train a model, or live years: seconds, whoever asks for them first."""


@pytest.fixture
def inspected_on_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluation shuffles and varies features on few rows: for tests that read nothing of what features weigh."""
    monkeypatch.setattr("model.judging.influence.ROWS", 200)
    monkeypatch.setattr("model.judging.influence.CURVE_ROWS", 100)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever waits for one of them is slow."""
    for item in items:
        if TRAINS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="module")
def old_objects_left_alone() -> Iterator[None]:
    """The collector walks what a module makes, and not again and again all that was imported and collected before."""
    gc.collect()
    gc.freeze()
    yield


def pytest_sessionfinish() -> None:
    """What was left alone ends like everything else: libraries complain at the end of objects that nobody collected."""
    gc.unfreeze()
