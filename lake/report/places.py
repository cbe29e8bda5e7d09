"""When people are hired, where, and at which hours places are busy."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from matplotlib.ticker import FuncFormatter, MaxNLocator

from lake.report.business import MOST
from lake.report.chart import Chart
from lake.report.style import COLOURS, bars_beside_names, canvas
from lake.report.words import label

if TYPE_CHECKING:
    from lake.report.tables import Tables
    from lake.report.words import Words

YEARS: Final = 3
"""Years of hires that are shown, the last ones."""
_QUARTERS: Final = ("q1", "q2", "q3", "q4")


def hires(tables: Tables, words: Words) -> Chart:
    """How many people were hired in each quarter of the last years."""
    table = tables.gold("hires_by_quarter", "year", *_QUARTERS)
    if not len(table):
        return Chart("hires", words("hires.none"))
    sums = table.group_by("year", use_threads=False).aggregate([(name, "sum") for name in _QUARTERS]).to_pylist()
    shown = sorted(sums, key=lambda row: int(row["year"]))[-YEARS:]
    counts = [row[f"{name}_sum"] for row in shown for name in _QUARTERS]
    names = [
        words("hires.quarter", quarter=str(number)) + (f"\n{row['year']}" if number == 1 else "")
        for row in shown
        for number in range(1, 5)
    ]
    figure, (axes,) = canvas()
    last = len(counts) - 4
    colours = [COLOURS["first" if place >= last else "sixth"] for place in range(len(counts))]
    bars = axes.bar(range(len(counts)), counts, color=colours)
    axes.bar_label(bars, [words.number(count) for count in counts], padding=2, fontsize="small")
    axes.set_xticks(range(len(counts)), names)
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(count)))
    axes.set_ylabel(words("hires.axis"))
    of_year = counts[last:]
    title = words(
        "hires.title",
        year=str(shown[-1]["year"]),
        hired=words.number(sum(of_year)),
        quarter=str(of_year.index(max(of_year)) + 1),
    )
    return Chart("hires", title, words("hires.note"), figure)


def departments(tables: Tables, words: Words) -> Chart:
    """The departments that hired more than the mean in the last year."""
    rows = tables.gold("departments_above_mean", "year", "department_id", "department", "hired", "mean").to_pylist()
    if not rows:
        return Chart("departments", words("departments.none"))
    year = max(row["year"] for row in rows)
    of_year = [row for row in rows if row["year"] == year]
    shown = sorted(of_year, key=lambda row: (-row["hired"], row["department_id"]))[:MOST]
    figure, axes = bars_beside_names(len(shown))
    bars = axes.barh(range(len(shown)), [row["hired"] for row in shown], color=COLOURS["first"])
    axes.bar_label(bars, [words.number(row["hired"]) for row in shown], padding=3, fontsize="small")
    axes.axvline(shown[0]["mean"], color=COLOURS["second"], linewidth=1.2, linestyle="--")
    axes.set_yticks(range(len(shown)), [label(row["department"]) for row in shown])
    axes.margins(x=0.1)
    axes.set_xlabel(words("hires.axis"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(count)))
    title = words(
        "departments.title",
        name=shown[0]["department"],
        year=str(year),
        hired=words.number(shown[0]["hired"]),
        mean=words.number(shown[0]["mean"], 1),
    )
    return Chart("departments", title, words("departments.note"), figure)


def visits(tables: Tables, words: Words) -> Chart:
    """How many visits begin in each hour of the day (UTC), the mean of the days with data."""
    table = tables.gold("device_visits", "hour", "visits")
    if not len(table):
        return Chart("visits", words("visits.none"))
    hours = table.group_by("hour", use_threads=False).aggregate([("visits", "sum")]).to_pylist()
    days = len({row["hour"].date() for row in hours})
    counts: Counter[int] = Counter()
    for row in hours:
        counts[row["hour"].hour] += row["visits_sum"]
    means = [counts[hour] / days for hour in range(24)]
    busiest = means.index(max(means))
    figure, (axes,) = canvas()
    axes.bar(range(24), means, color=[COLOURS["first" if hour == busiest else "sixth"] for hour in range(24)])
    axes.set_xticks(range(0, 24, 3), [f"{hour:02}:00" for hour in range(0, 24, 3)])
    axes.grid(visible=False, axis="x")
    axes.set_xlabel(words("visits.hours"))
    axes.set_ylabel(words("visits.axis"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: words.number(count, 0 if max(means) >= 10 else 1)))
    title = words("visits.title", hour=f"{busiest:02}:00", visits=words.number(means[busiest], 1))
    return Chart("visits", title, words("visits.note"), figure)
