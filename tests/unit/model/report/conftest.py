"""The evaluation of the default population's model, as it is kept for the cards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from model.cards import EVALUATION


@pytest.fixture
def evaluation() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EVALUATION.read_text(encoding="utf-8"))
    return document
