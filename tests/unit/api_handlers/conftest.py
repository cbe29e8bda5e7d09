"""The handlers count into the embedded metric format, which needs a namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from divisa.observability import metrics
from tests.unit.api_handlers.people import PeopleApi

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A namespace, and nothing left over for the next test."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Divisa")
    monkeypatch.setattr(metrics.provider, "namespace", "Divisa")
    yield
    metrics.clear_metrics()


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> PeopleApi:
    """Alice and Bob, of whom everything is kept."""
    made = PeopleApi()
    made.serve(monkeypatch)
    return made
