"""Energy and the shop: with whom money is earned, and what sells."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from matplotlib.ticker import FuncFormatter, MaxNLocator

from lake.report.chart import Chart
from lake.report.style import COLOURS, bars_beside_names
from lake.report.words import label

if TYPE_CHECKING:
    from lake.report.tables import Tables
    from lake.report.words import Words

MOST: Final = 12
"""Bars of a chart."""


def energy(tables: Tables, words: Words) -> Chart:
    """The margin of each provider's energy, all types together; the best ones."""
    rows = tables.gold("energy_margins", "party", "member", "name", "revenue", "margin").to_pylist()
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    names = {}
    for row in rows:
        if row["party"] == "provider" and row["margin"] is not None:
            names[row["member"]] = row["name"] or row["member"]
            sums[row["member"]][0] += float(row["margin"])
            sums[row["member"]][1] += float(row["revenue"])
    if not sums:
        return Chart("energy", words("energy.none"))
    shown = sorted(sums, key=lambda member: (-sums[member][0], member))[:MOST]
    margins = [sums[member][0] for member in shown]
    figure, axes = bars_beside_names(len(shown))
    colours = [COLOURS["first" if margin >= 0 else "second"] for margin in margins]
    axes.barh(range(len(shown)), margins, color=colours)
    axes.axvline(0, color=COLOURS["soft"], linewidth=0.8)
    axes.set_yticks(range(len(shown)), [label(names[member]) for member in shown])
    axes.set_xlabel(words("energy.axis"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda money, _: words.number(money)))
    margin, revenue = sums[shown[0]]
    if margin <= 0:
        title = words("energy.title.loss")
    else:
        title = words(
            "energy.title",
            name=names[shown[0]],
            margin=words.number(margin),
            rate=words.percent(margin / revenue),
        )
    return Chart("energy", title, words("energy.note"), figure)


def products(tables: Tables, words: Words) -> Chart:
    """What sold best in the last month with sales."""
    rows = tables.gold("best_selling_products", "month", "product", "product_id", "quantity").to_pylist()
    if not rows:
        return Chart("products", words("products.none"))
    month = max(row["month"] for row in rows)
    of_month = [row for row in rows if row["month"] == month]
    best = sorted(of_month, key=lambda row: (-row["quantity"], row["product_id"]))[:MOST]
    figure, axes = bars_beside_names(len(best))
    bars = axes.barh(range(len(best)), [row["quantity"] for row in best], color=COLOURS["first"])
    axes.bar_label(bars, [words.number(row["quantity"]) for row in best], padding=3, fontsize="small")
    axes.set_yticks(range(len(best)), [label(row["product"]) for row in best])
    axes.margins(x=0.1)
    axes.set_xlabel(words("products.axis"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(count)))
    quantity = words.number(best[0]["quantity"])
    title = words("products.title", name=best[0]["product"], month=words.month(month), quantity=quantity)
    return Chart("products", title, words("products.note"), figure)
