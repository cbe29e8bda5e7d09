from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from model.cards import EVALUATION
from model.report.figures import COLOURS
from model.report.page import page

pytestmark = pytest.mark.slow  # It takes seconds to draw a page.
Evaluation = dict[str, Any]


class Tags(HTMLParser):
    """Which elements there are, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def drawn() -> str:
    return page(json.loads(EVALUATION.read_text(encoding="utf-8")))


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(drawn: str) -> None:
    tags = Tags()
    tags.feed(drawn)

    assert not tags.open
    assert not {"script", "link", "img", "iframe"} & set(tags.seen)
    assert tags.seen.count("svg") >= 10
    assert not re.search(r'(?:src|href)="(?!#)', drawn)
    assert "@import" not in drawn
    assert "url(http" not in drawn


def test_every_colour_is_the_pages_own_so_that_night_is_night(drawn: str) -> None:
    css = drawn[: drawn.index("</style>")]

    assert not [colour for colour in COLOURS if colour in drawn]
    for name in COLOURS.values():
        assert css.count(f"--{name}:") == 2, "by day and by night"
    assert "prefers-color-scheme: dark" in css
    assert set(re.findall(r"(?:stroke|fill): (#[0-9a-f]+)", drawn)) == set()


def test_it_fits_a_phone(drawn: str) -> None:
    assert '<meta name="viewport" content="width=device-width' in drawn


def test_the_same_figures_give_the_same_bytes(evaluation: Evaluation, drawn: str) -> None:
    assert page(evaluation) == drawn


def test_it_says_of_whom_the_figures_are_and_names_from_files_are_no_markup(evaluation: Evaluation, drawn: str) -> None:
    assert "Simulated users, who say nothing about real ones." in drawn

    evaluation["simulation"] = None
    evaluation["segments"]["group <b>x</b>"] = evaluation["segments"]["rare"]
    evaluation["model_version"] = "<script>"
    own = page(evaluation)

    assert "Users of your files." in own
    assert "<b>x</b>" not in own
    assert "<script" not in own


def test_what_is_not_known_is_said_and_not_drawn(evaluation: Evaluation) -> None:
    for one in (evaluation, *evaluation["segments"].values()):
        one |= {"intervals": None, "against_base_rate": "unclear", "calibrated": None}
    evaluation |= {"oracle_log_loss": None, "outside": None, "partial_dependence": {}}
    evaluation["messages"]["ways"].pop("oracle", None)
    for side in ("BUY", "SELL"):
        evaluation["classes"][side]["pr_auc"] = None
        curves = evaluation["curves"][side]["precision_recall"]
        evaluation["curves"][side]["precision_recall"] = dict.fromkeys(curves)

    drawn = page(evaluation)
    assert "not known" in drawn
    assert ">None<" not in drawn
