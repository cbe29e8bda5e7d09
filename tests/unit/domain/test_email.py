from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from divisa.domain.email import EmailLinks, email_text
from divisa.domain.message import reason_text
from divisa.domain.reasons import Reason, ReasonCode
from divisa.domain.recipient import Language
from divisa.domain.transaction import Side
from tests.builders import LINKS, a_suggestion

if TYPE_CHECKING:
    from divisa.domain.email import Email

VERBS = {
    (Language.ES, Side.BUY): "comprar",
    (Language.ES, Side.SELL): "vender",
    (Language.EN, Side.BUY): "buy",
    (Language.EN, Side.SELL): "sell",
}
CASES = list(VERBS)
REASONS = tuple(Reason(code, 12.3) for code in ReasonCode)
VOID = {"meta", "br"}
LOADING = {"img", "link", "script", "iframe", "object", "video", "audio", "source", "form"}


class Page(HTMLParser):
    """An HTML document as a mail program reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.said: list[str] = []
        self.items: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            (self.items if self.open[-1] == "li" else self.said).append(data.strip())

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for tag, attributes in self.tags if tag == "a"]

    @property
    def styles(self) -> list[str]:
        return [attributes["style"] for _, attributes in self.tags if "style" in attributes]


def an_email(language: Language, side: Side, links: EmailLinks = LINKS) -> Email:
    return email_text(a_suggestion(language=language, side=side, reasons=REASONS), links)


@pytest.mark.parametrize(("language", "side"), CASES)
def test_both_forms_say_side_amount_price_every_reason_and_where_it_leads(language: Language, side: Side) -> None:
    email = an_email(language, side)
    page = Page(email.html)
    said = " ".join(page.said).replace("\u00a0", " ")

    assert page.items == [reason_text(reason, language) for reason in REASONS]
    assert page.links == [LINKS.suggestion, LINKS.unsubscribe]
    for text in (email.text, said):
        for part in ("100.00 USD", "17.3512 MXN", "2024-01-10 15:00 UTC", VERBS[language, side]):
            assert part in text
    for part in (*page.items, *page.links):
        assert part in email.text
    assert "17.3512 MXN" in email.subject
    assert "\n" not in email.subject
    assert "$" not in email.subject + email.text + email.html
    assert email.unsubscribe == LINKS.unsubscribe


@pytest.mark.parametrize(("language", "side"), CASES)
def test_the_html_is_whole_and_names_its_language_and_title(language: Language, side: Side) -> None:
    email = an_email(language, side)
    page = Page(email.html)

    assert email.html.startswith("<!DOCTYPE html>\n")
    assert page.open == []
    assert ("html", {"lang": language.value}) in page.tags
    assert email.subject in page.said
    tables = [attributes for tag, attributes in page.tags if tag == "table"]
    assert {each["role"] for each in tables} == {"presentation"}


def test_opening_it_loads_nothing_and_tells_nobody() -> None:
    email = an_email(Language.ES, Side.SELL)
    page = Page(email.html)

    assert not LOADING & {tag for tag, _ in page.tags}
    assert "url(" not in email.html
    assert not [attributes for _, attributes in page.tags if {"src", "background", "onload"} & attributes.keys()]


def test_a_phone_shows_it_without_zooming() -> None:
    email = an_email(Language.ES, Side.SELL)
    page = Page(email.html)
    sizes = [int(size) for style in page.styles for size in re.findall(r"font-size:(\d+)px", style)]
    widths = re.findall(r"(?<!max-)width:[^;]*", " ".join(page.styles))

    assert min(sizes) == 16
    assert any("max-width:600px" in style for style in page.styles)
    assert widths == []
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags


def test_text_stands_out_from_its_ground() -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""

    def luminance(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        darker, brighter = sorted((luminance(one), luminance(other)))
        return (brighter + 0.05) / (darker + 0.05)

    text = an_email(Language.ES, Side.SELL).html
    colors = set(re.findall(r"(?<!-)color:(#[0-9a-f]{6})", text))
    assert {color for color in colors if contrast(color, "#ffffff") < 4.5} == {"#ffffff"}
    assert contrast("#ffffff", "#0b5d3b") >= 4.5
    assert re.search(r"background-color:#0b5d3b[^<]*>\s*<a [^>]*color:#ffffff", text)


def test_what_is_put_into_the_html_cannot_become_part_of_it() -> None:
    links = replace(LINKS, suggestion='https://a.example/"><b>&', unsubscribe="https://a.example/?a=1&b=2")
    email = an_email(Language.EN, Side.BUY, links)
    assert Page(email.html).links == [links.suggestion, links.unsubscribe]
    assert "<b>" not in email.html
    assert "?a=1&amp;b=2" in email.html
