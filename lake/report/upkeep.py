"""How the lake itself fares: is it fresh, what was set aside, and is every row accounted for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from matplotlib.ticker import FuncFormatter, MaxNLocator

from lake.loading.load import UNKNOWN
from lake.report.business import MOST
from lake.report.chart import Chart
from lake.report.style import COLOURS, bars_beside_names, legend_below

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pyarrow as pa

    from lake.contract.contract import Contract
    from lake.report.words import Words

FATES: Final = {
    "silver": "first",
    "duplicates": "sixth",
    "late": "fifth",
    "quarantine": "second",
    "unaccounted": "fourth",
}
"""What becomes of a row, each with its colour."""
_LEAST: Final = 0.01
_NO_TIME: Final = timedelta(0)
COUNTS: Final = ("rows_in", *FATES)


def freshness(accounts: pa.Table, contracts: Mapping[str, Contract], at: datetime, words: Words) -> Chart:
    """How long each dataset has been without a file, in times of what its contract promises.

    Args:
        accounts: what became of the rows of each load.
        contracts: all, by dataset.
        at: now, UTC.
        words: of the page.
    """
    last: dict[str, datetime] = {}
    for row in accounts.select(["dataset", "received_at"]).to_pylist():
        last[row["dataset"]] = max(last.get(row["dataset"], row["received_at"]), row["received_at"])
    shown = sorted(last.keys() & contracts.keys())
    if not shown:
        return Chart("freshness", words("fresh.none"))
    waits = {name: max(at.replace(tzinfo=None) - last[name], _NO_TIME) for name in shown}
    times = {name: waits[name] / contracts[name].freshness for name in shown}
    shown.sort(key=lambda name: (-times[name], name))
    figure, axes = bars_beside_names(len(shown))
    for place, name in enumerate(shown):
        drawn, colour = max(times[name], _LEAST), COLOURS["second" if times[name] > 1 else "first"]
        axes.hlines(place, _LEAST, drawn, color=colour, linewidth=2.2)
        axes.plot(drawn, place, "o", color=colour)
    axes.axvline(1, color=COLOURS["ink"], linewidth=1.0, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, max(3.0, *times.values()) * 1.5)
    axes.set_yticks(range(len(shown)), [f"{name} · {words.lasting(waits[name])}" for name in shown])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda each, _: words.number(each, 0 if each >= 1 else 2)))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda each, _: ""))
    axes.set_xlabel(words("fresh.axis"))
    never = sorted(contracts.keys() - last.keys())
    note = words("fresh.note") + (words("fresh.never", names=", ".join(never)) if never else "")
    late = sum(each > 1 for each in times.values())
    key = "fresh.title" if late or never else "fresh.title.good"
    title = words(key, late=words.number(late + len(never)), all=words.number(len(contracts)))
    return Chart("freshness", title, note, figure)


def quarantine(accounts: pa.Table, words: Words) -> Chart:
    """Which part of a dataset's rows was set aside for which reason; the greatest. Files of no dataset are left out."""
    rows, reasons = Counter[str](), Counter[tuple[str, str]]()
    for row in accounts.select(["dataset", "rows_in", "reasons"]).to_pylist():
        if row["dataset"] == UNKNOWN:
            continue
        rows[row["dataset"]] += row["rows_in"]
        for reason, count in json.loads(row["reasons"]).items():
            reasons[row["dataset"], reason] += count
    if not reasons.total():
        return Chart("quarantine", words("quarantine.none"))
    rates = {each: count / rows[each[0]] for each, count in reasons.items() if count}
    shown = sorted(rates, key=lambda each: (-rates[each], each))[:MOST]
    figure, axes = bars_beside_names(len(shown))
    bars = axes.barh(range(len(shown)), [rates[each] for each in shown], color=COLOURS["second"])
    axes.bar_label(bars, [words.percent(rates[each], 2) for each in shown], padding=3, fontsize="small")
    axes.set_yticks(range(len(shown)), [f"{reason} · {dataset}" for dataset, reason in shown])
    axes.margins(x=0.14)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: words.percent(share)))
    axes.set_xlabel(words("quarantine.axis"))
    dataset, reason = max(sorted(reasons), key=lambda each: reasons[each])
    rate = words.percent(reasons.total() / rows.total(), 2)
    title = words("quarantine.title", rate=rate, reason=reason, dataset=dataset)
    return Chart("quarantine", title, words("quarantine.note"), figure)


def account(accounts: pa.Table, words: Words) -> Chart:
    """What became of the rows of each dataset, as parts of those that came in."""
    sums = by_dataset(accounts)
    if not sums:
        return Chart("accounts", words("fresh.none"))
    figure, axes = bars_beside_names(len(sums))
    left = [0.0] * len(sums)
    for fate, colour in FATES.items():
        shares = [row[fate] / row["rows_in"] if row["rows_in"] else 0.0 for row in sums]
        axes.barh(range(len(sums)), shares, left=left, color=COLOURS[colour], label=words(f"accounts.{fate}"))
        left = [one + other for one, other in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(sums)), [row["dataset"] for row in sums])
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: words.percent(share, 0)))
    axes.grid(visible=False)
    legend_below(figure)
    rows, lost = (sum(row[name] for row in sums) for name in ("rows_in", "unaccounted"))
    key = "accounts.title.lost" if lost else "accounts.title"
    title = words(key, rows=words.number(rows), lost=words.number(lost))
    return Chart("accounts", title, words("accounts.note"), figure)


def by_dataset(accounts: pa.Table) -> list[dict[str, Any]]:
    """The rows of each dataset's loads and what became of them, with how many `files` they are, by dataset."""
    counted = accounts.group_by("dataset", use_threads=False).aggregate(
        [*((name, "sum") for name in COUNTS), ("load", "count")]
    )
    names = {f"{name}_sum": name for name in COUNTS} | {"load_count": "files", "dataset": "dataset"}
    return sorted(
        ({names[name]: value for name, value in row.items()} for row in counted.to_pylist()),
        key=lambda row: str(row["dataset"]),
    )
