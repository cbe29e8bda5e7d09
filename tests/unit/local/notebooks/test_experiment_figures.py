from __future__ import annotations

from typing import Any

from local.experiment.report import summary
from local.experiment.seed import POLICIES
from local.notebooks.experiment_figures import SHOWN, policies
from tests.unit.local.experiment.test_report import a_seed


def drawn(document: dict[str, Any]) -> list[tuple[list[str], int]]:
    """Of each panel its labels and how many intervals it has."""
    axes = policies(document).axes
    return [([label.get_text() for label in each.get_yticklabels()], len(each.collections)) for each in axes]


def test_every_policy_is_in_every_panel_with_its_interval() -> None:
    names = [name.replace("_", " ") for name in POLICIES]
    assert drawn(summary([a_seed(1), a_seed(2)])) == [(names, len(POLICIES))] * len(SHOWN)


def test_one_population_tells_no_interval() -> None:
    assert [count for _, count in drawn(summary([a_seed(1)]))] == [0] * len(SHOWN)
