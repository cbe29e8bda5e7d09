"""What the benchmark takes back from the collector's reach stays out of it here, with all that the tests put there."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(autouse=True)
def what_is_frozen_stays_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "unfreeze", lambda: None)
