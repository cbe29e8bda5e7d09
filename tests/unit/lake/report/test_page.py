"""The page: valid HTML of one piece, in both languages, the same bytes for the same tables."""

from __future__ import annotations

import re
import string
from functools import cache
from html.parser import HTMLParser

import pytest

from lake.contract.reading import contracts
from lake.report.page import page
from lake.report.texts import MONTHS, TEXTS
from lake.report.words import Language
from tests.unit.lake.report.tables import NOW, MadeTables, full

pytestmark = pytest.mark.slow
_ALONE = {"meta", "path", "use", "rect", "br", "image"}


class Reader(HTMLParser):
    """Follows what is open, and keeps ids, links and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]
        if tag not in _ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _ALONE:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ALONE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@cache
def made(language: Language) -> str:
    return page(full(), contracts(), at=NOW, language=language)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("language", Language)
def test_the_page_is_whole_and_refers_to_nothing_but_itself(language: Language) -> None:
    html = made(language)
    reader = read(html)
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(reader.ids)
    assert "://" not in html
    assert "script" not in reader.tags
    assert reader.tags.count("svg") == 13
    assert f'<html lang="{language}">' in html


def test_the_page_is_spanish_unless_it_is_asked_for_in_english() -> None:
    assert "El lago de datos" in page(MadeTables(), contracts(), at=NOW)
    assert "The lake" in made(Language.EN)
    assert "Telling makes 15.0 points more do what is suggested" in "".join(read(made(Language.EN)).said)


def test_the_same_tables_give_the_same_bytes() -> None:
    assert page(full(), contracts(), at=NOW, language=Language.EN) == made(Language.EN)


def test_names_from_the_tables_are_text_and_nothing_else() -> None:
    said = "".join(read(made(Language.ES)).said)
    assert "Viento & Mar <S.A.>" in said
    assert "Térmica $1" in said
    assert "Cafetera 水 de émbolo con un n…" in said
    assert "<S.A.>" not in made(Language.ES)


def test_colours_are_the_pages_so_that_night_has_its_own() -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", made(Language.ES), flags=re.DOTALL))
    assert "var(--first)" in drawn
    assert not re.findall(r"#[0-9a-f]{6}\b", drawn)


def test_a_page_of_a_lake_without_anything_says_so_in_words() -> None:
    reader = read(page(MadeTables(), contracts(), at=NOW, language=Language.EN))
    said = "".join(reader.said)
    assert "svg" not in reader.tags
    assert "There are no prices yet." in said
    assert "No file has come in yet." in said


def test_the_first_numbers_are_those_of_the_tables() -> None:
    tiles = re.findall(r"<li><b>(.*?)</b>(.*?)</li>", made(Language.EN).replace("\u00a0", " "))
    assert tiles == [
        ("620", "suggestions sent"),
        ("29.4 %", "followed within a day"),
        ("+15.0", "points more than untold"),
        ("1 946", "trades"),
        ("15 602", "rows received"),
        ("4 / 14", "datasets up to date"),
    ]


def test_every_text_says_the_same_in_both_languages() -> None:
    for key, texts in TEXTS.items():
        spanish, english = ({name for _, name, _, _ in string.Formatter().parse(text)} for text in texts)
        assert spanish == english, key
        assert all(texts), key


def test_a_year_has_twelve_months() -> None:
    assert [len(set(each)) for each in MONTHS] == [12, 12]
