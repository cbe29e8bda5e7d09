"""The page: one HTML file with everything in it, for a screen, a phone or paper, by day or by night."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from lake.report import business, market, places, suggestions, trading, upkeep
from lake.report.style import svg
from lake.report.tiles import tiles
from lake.report.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pyarrow as pa

    from lake.contract.contract import Contract
    from lake.report.chart import Chart
    from lake.report.tables import Tables

_PAGE: Final = Path(__file__).with_name("page.html")
_COLUMNS: Final = ("files", *upkeep.COUNTS)


def page(tables: Tables, contracts: Mapping[str, Contract], *, at: datetime, language: Language = Language.ES) -> str:
    """The HTML of the page; the same tables at the same time give the same bytes.

    Args:
        tables: what it is made of.
        contracts: what datasets promise, all by their name.
        at: now, UTC.
        language: of all its texts.
    """
    words = Words(language)
    accounts = tables.accounts()
    sections = (
        (
            "market",
            [*market.prices(tables, words), suggestions.conversion(tables, words), suggestions.lift(tables, words)],
            "",
        ),
        ("people", [trading.trades(tables, words), places.visits(tables, words)], ""),
        (
            "business",
            [
                business.energy(tables, words),
                business.products(tables, words),
                places.hires(tables, words),
                places.departments(tables, words),
            ],
            "",
        ),
        (
            "lake",
            [
                upkeep.freshness(accounts, contracts, at, words),
                upkeep.quarantine(accounts, words),
                upkeep.account(accounts, words),
            ],
            _accounts(accounts, words),
        ),
    )
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        language=language.value,
        title=escape(words("page.title")),
        origin=escape(words("page.origin", at=words.moment(at))),
        tiles="\n".join(
            f"<li><b>{escape(value)}</b>{escape(about)}</li>" for value, about in tiles(tables, contracts, at, words)
        ),
        sections="\n".join(_section(words(f"section.{name}"), charts, more) for name, charts, more in sections),
    )


def _section(heading: str, charts: Iterable[Chart], more: str) -> str:
    figures = "\n".join(_figure(chart) for chart in charts)
    return f'<section>\n<h2>{escape(heading)}</h2>\n<div class="grid">\n{figures}\n</div>\n{more}</section>'


def _figure(chart: Chart) -> str:
    title = f"<h3>{escape(chart.title)}</h3>"
    if chart.figure is None:
        return f'<figure class="nothing">{title}</figure>'
    drawn = svg(chart.figure, chart.name, chart.title)
    return f"<figure>{title}\n{drawn}\n<figcaption>{escape(chart.note)}</figcaption></figure>"


def _accounts(accounts: pa.Table, words: Words) -> str:
    """What became of all rows, in numbers."""
    sums = upkeep.by_dataset(accounts)
    if not sums:
        return ""
    head = "".join(f"<th>{escape(words(f'accounts.{name}'))}</th>" for name in ("dataset", *_COLUMNS))
    body = "\n".join(
        f"<tr><td>{escape(row['dataset'])}</td>"
        + "".join(f"<td>{words.number(row[name])}</td>" for name in _COLUMNS)
        + "</tr>"
        for row in sums
    )
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>\n'
