"""Whether people do what was suggested, and whether telling them is why."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from matplotlib.ticker import FuncFormatter

from lake.report.chart import Chart
from lake.report.days import name_days, on_axis, period_of, since
from lake.report.style import COLOURS, bars_beside_names, canvas, legend_below
from lake.report.words import label

if TYPE_CHECKING:
    from datetime import date

    from lake.report.tables import Tables
    from lake.report.words import Words

_Z: Final = 1.959963984540054
_COUNTS: Final = ("settled", "conversions", "held_out_settled", "held_out_conversions")
_SEGMENTS: Final = ("all", "side", "channel", "pair")


def conversion(tables: Tables, words: Words) -> Chart:
    """The share of suggestions that were followed within a day, of those sent and of those held out, over time."""
    # A row may have those of one arm alone: who is held out is held out of any channel.
    table = tables.gold("suggestion_kpis", "day", *_COUNTS).to_pylist()
    rows = [row for row in table if row["settled"] or row["held_out_settled"]]
    if not any(row["settled"] for row in rows):
        return Chart("conversion", words("conversion.none"))
    first = since(row["day"] for row in rows)
    rows = [row for row in rows if row["day"] >= first]
    period = period_of(row["day"] for row in rows)
    sums: dict[date, dict[str, int]] = {}
    for row in rows:
        kept = sums.setdefault(period.begin(row["day"]), dict.fromkeys(_COUNTS, 0))
        for name in _COUNTS:
            kept[name] += row[name]
    days = sorted(sums)
    figure, (axes,) = canvas(height=2.9)
    at = on_axis(day for day in days if sums[day]["settled"])
    sent = [(sums[day]["conversions"], sums[day]["settled"]) for day in days if sums[day]["settled"]]
    reach = [wilson(*each) for each in sent]
    lows, highs = [low for low, _ in reach], [high for _, high in reach]
    axes.fill_between(at, lows, highs, color=COLOURS["first"], alpha=0.18, linewidth=0)
    axes.vlines(at, lows, highs, color=COLOURS["first"], alpha=0.3, linewidth=1.0)
    axes.plot(at, [k / n for k, n in sent], "o-", ms=3, color=COLOURS["first"], label=words("conversion.sent"))
    held = [(day, sums[day]) for day in days if sums[day]["held_out_settled"]]
    axes.plot(
        on_axis(day for day, _ in held),
        [each["held_out_conversions"] / each["held_out_settled"] for _, each in held],
        "s--",
        ms=3,
        color=COLOURS["second"],
        label=words("conversion.held"),
    )
    axes.set_ylim(bottom=0)
    axes.set_ylabel(words("conversion.axis"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: words.percent(share, 0)))
    legend_below(figure)
    name_days(axes, words, days[0], days[-1])
    note = words("conversion.note", period=words(f"period.{period}"))
    return Chart("conversion", _title(rows, words), note, figure)


def lift(tables: Tables, words: Words) -> Chart:
    """How many points more do what is suggested when they are told, of all and by segment, with intervals."""
    table = tables.gold("lift", "segment", "value", "difference", "low", "high")
    known = [row for row in table.to_pylist() if row["difference"] is not None]
    if not any(row["segment"] == "all" for row in known):
        return Chart("lift", words("lift.none"))
    known.sort(key=lambda row: (_SEGMENTS.index(row["segment"]), row["value"]))
    overall = known[0]
    figure, axes = bars_beside_names(len(known))
    axes.axvline(0, color=COLOURS["soft"], linewidth=0.9)
    for place, row in enumerate(known):
        colour = COLOURS["first" if row["segment"] == "all" else "sixth"]
        axes.hlines(place, 100 * row["low"], 100 * row["high"], color=colour, linewidth=2.2)
        axes.plot(100 * row["difference"], place, "o", color=colour)
    axes.set_yticks(range(len(known)), [_segment(row, words) for row in known])
    axes.set_xlabel(words("lift.axis"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda points, _: words.signed(points)))
    way = "more" if overall["low"] > 0 else "less" if overall["high"] < 0 else "unclear"
    sign = -1 if way == "less" else 1
    ends = sorted(sign * 100 * overall[name] for name in ("low", "high"))
    title = words(
        f"lift.title.{way}",
        points=words.number(sign * 100 * overall["difference"], 1),
        low=words.number(ends[0], 1),
        high=words.number(ends[1], 1),
    )
    return Chart("lift", title, words("lift.note"), figure)


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's interval of 95 % of a share (1927).

    >>> [round(end, 3) for end in wilson(5, 20)]
    [0.112, 0.469]
    """
    share, z2 = hits / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    reach = _Z * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)) / (1 + z2 / trials)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _title(rows: list[dict[str, Any]], words: Words) -> str:
    settled, conversions, held, held_conversions = (sum(row[name] for row in rows) for name in _COUNTS)
    sent = words.percent(conversions / settled)
    if not held:
        return words("conversion.title.alone", sent=sent)
    return words("conversion.title", sent=sent, held=words.percent(held_conversions / held))


def _segment(row: dict[str, Any], words: Words) -> str:
    if row["segment"] == "all":
        return words("lift.all")
    return words(f"side.{row['value']}") if row["segment"] == "side" else label(row["value"])
