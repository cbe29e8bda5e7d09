"""What the dollar did, and how often people were told to buy or to sell."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.ticker import FuncFormatter, MaxNLocator

from lake.report.chart import Chart
from lake.report.days import name_days, on_axis, period_of, since
from lake.report.style import COLOURS, canvas, legend_below

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

    from lake.report.tables import Tables
    from lake.report.words import Words

_SIDES: Final = {"BUY": (1, "first"), "SELL": (-1, "second")}


def prices(tables: Tables, words: Words) -> list[Chart]:
    """A chart a pair: its price by day, and the suggestions made."""
    table = tables.gold("daily_prices", "pair", "day", "high", "low", "close")
    if not len(table):
        return [Chart("prices", words("prices.none"))]
    made = tables.gold("suggestion_kpis", "pair", "day", "side", "suggestions").to_pylist()
    pairs = sorted(set(table["pair"].to_pylist()))
    return [
        _pair(
            pair,
            table.filter(pc.equal(table["pair"], pair)).sort_by("day"),
            [row for row in made if row["pair"] == pair],
            words,
        )
        for pair in pairs
    ]


def _pair(pair: str, table: pa.Table, made: list[dict[str, Any]], words: Words) -> Chart:
    shown = table.filter(pc.greater_equal(table["day"], since(table["day"].to_pylist())))
    days = shown["day"].to_pylist()
    close, low, high = (shown[name].cast(pa.float64()).to_pylist() for name in ("close", "low", "high"))
    title = words(
        "prices.title" if len(days) > 1 else "prices.title.alone",
        pair=pair,
        close=words.number(close[-1], 4),
        change=words.signed_percent(close[-1] / close[0] - 1),
        first=words.day(days[0]),
        last=words.day(days[-1]),
    )
    made = [row for row in made if days[0] <= row["day"] <= days[-1]]
    figure, panels = canvas(2, height=2.1, sharex=True, height_ratios=(3, 2)) if made else canvas(height=2.6)
    above = panels[0]
    above.fill_between(on_axis(days), low, high, color=COLOURS["line"], linewidth=0, label=words("prices.band"))
    above.plot(
        on_axis(days), close, "-" if len(days) > 1 else "o", color=COLOURS["ink"], lw=1.3, label=words("prices.close")
    )
    above.set_ylabel(pair)
    above.yaxis.set_major_formatter(FuncFormatter(lambda price, _: words.number(price, 2)))
    for below in panels[1:]:
        _suggestions(below, made, words)
    name_days(panels[-1], words, days[0], days[-1])
    legend_below(figure)
    note = words("prices.note") + (words("prices.note.made") if made else "")
    return Chart(f"prices-{pair.replace('/', '-').lower()}", title, note, figure)


def _suggestions(axes: Axes, made: list[dict[str, Any]], words: Words) -> None:
    """Those to buy go up, those to sell down."""
    axes.axhline(0, color=COLOURS["soft"], linewidth=0.8)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(abs(count))))
    period = period_of(row["day"] for row in made)
    axes.set_ylabel(words(f"prices.made.{period}"))
    for side, (sign, colour) in _SIDES.items():
        counts: Counter[date] = Counter()
        for row in made:
            if row["side"] == side:
                counts[period.begin(row["day"])] += sign * row["suggestions"]
        begins = sorted(counts)
        axes.bar(
            on_axis(begins),
            [counts[begin] for begin in begins],
            width=0.85 * period.days,
            align="edge",
            color=COLOURS[colour],
            label=words(f"side.{side}"),
        )
