"""How much people trade."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from matplotlib.ticker import FuncFormatter

from lake.report.chart import Chart
from lake.report.days import name_days, on_axis, period_of, since
from lake.report.style import SERIES, canvas, legend_below
from lake.report.words import label

if TYPE_CHECKING:
    from datetime import date

    from lake.report.tables import Tables
    from lake.report.words import Words


def trades(tables: Tables, words: Words) -> Chart:
    """Trades a day by pair; the mean of each week's days where there are many."""
    table = tables.gold("user_days", "pair", "day", "trades")
    if not len(table):
        return Chart("trades", words("trades.none"))
    summed = table.group_by(["pair", "day"], use_threads=False).aggregate([("trades", "sum")]).to_pylist()
    first = since(row["day"] for row in summed)
    summed = [row for row in summed if row["day"] >= first]
    period = period_of(row["day"] for row in summed)
    by_pair: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    by_day: dict[date, int] = defaultdict(int)
    for row in summed:
        by_pair[row["pair"]][period.begin(row["day"])] += row["trades_sum"] / period.days
        by_day[row["day"]] += row["trades_sum"]
    begins = sorted({begin for each in by_pair.values() for begin in each})
    figure, (axes,) = canvas(height=2.7)
    below = [0.0] * len(begins)
    for number, (pair, counts) in enumerate(sorted(by_pair.items())):
        heights = [counts[begin] for begin in begins]
        axes.bar(
            on_axis(begins),
            heights,
            bottom=below,
            width=0.85 * period.days,
            align="edge",
            color=SERIES[number % len(SERIES)],
            label=label(pair),
        )
        below = [one + other for one, other in zip(below, heights, strict=True)]
    axes.grid(visible=False, axis="x")
    axes.set_ylabel(words("trades.axis"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(count)))
    legend_below(figure)
    name_days(axes, words, begins[0], begins[-1])
    days = (max(by_day) - min(by_day)).days + 1
    peak = max(sorted(by_day), key=lambda day: by_day[day])
    title = words(
        "trades.title" if days > 1 else "trades.title.alone",
        mean=words.number(sum(by_day.values()) / days),
        peak=words.day(peak),
        most=words.number(by_day[peak]),
    )
    return Chart("trades", title, words("trades.note"), figure)
