from __future__ import annotations

import json
import re
from typing import Any

import pytest

from model.cards import DOCS, EVALUATION
from model.cards.text import CARDS, cards


@pytest.fixture
def evaluation() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EVALUATION.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", CARDS)
def test_the_cards_in_docs_are_those_that_the_kept_evaluation_gives(name: str, evaluation: dict[str, Any]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == cards(evaluation)[name], "run .venv/bin/python -m model.cards"


def test_the_figures_on_the_model_card_are_the_evaluations(evaluation: dict[str, Any]) -> None:
    evaluation["segments"]["rare"] |= {"log_loss": 0.98765, "against_base_rate": "no_better", "calibrated": False}

    card = cards(evaluation)["model-card.md"]

    row = next(line for line in card.splitlines() if line.startswith("| rare traders |"))
    assert "| 0.988 (" in row
    assert "| no |" in row
    said = next(line for line in card.splitlines() if line.startswith("- It does not beat the base rate for "))
    assert "rare traders (" in said


def test_tables_have_as_many_cells_in_every_row(evaluation: dict[str, Any]) -> None:
    for card in cards(evaluation).values():
        for table in re.findall(r"(?:^\|.*\n)+", card, flags=re.MULTILINE):
            assert len({line.count("|") for line in table.splitlines()}) == 1


def test_a_card_is_about_simulated_people_and_says_so(evaluation: dict[str, Any]) -> None:
    assert "**simulated** users" in cards(evaluation)["model-card.md"]
    assert "made up" in cards(evaluation)["data-card.md"]
