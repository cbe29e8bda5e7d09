"""The plots of an evaluation, as SVG whose colours are the page's own, so that they are right by day and by night.

Matplotlib draws with colours that stand for names; afterwards they become CSS variables.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator, PercentFormatter

from model.judging.drift import DRIFTED_FROM, SHIFTING_FROM
from model.judging.judge import MODEL
from model.judging.messages import ORACLE
from model.report.words import segment, way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

INK, LINE, BUY, SELL, WARN = "#000001", "#000002", "#000003", "#000004", "#000005"
WAYS: Final = ("#000010", "#000011", "#000012", "#000013", "#000014", "#000015", "#000016")
COLOURS: Final = {
    INK: "ink",
    LINE: "line",
    BUY: "buy",
    SELL: "sell",
    WARN: "warn",
    **{colour: f"way-{number}" for number, colour in enumerate(WAYS)},
}
"""What each colour that is drawn with is called in the page."""
_SIDES: Final = {"BUY": BUY, "SELL": SELL}
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "divisa",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
}
_SIZE: Final = (5.0, 3.6)
_SHOWN_FEATURES: Final = 12


def calibration(curves: Mapping[str, Any]) -> str:
    """What was said against what happened, both sides; square roots, since most probabilities are small."""
    with rc_context(_STYLE):
        figure, axes = _empty("the model said", "happened")
        most = 0.01
        for side, colour in _SIDES.items():
            points = curves[side]["calibration"]
            axes.plot(points["said"], points["happened"], marker="o", markersize=4, color=colour, label=side)
            most = max(most, *points["said"], *points["happened"])
        axes.plot([0.0, most], [0.0, most], color=INK, linewidth=0.8, linestyle="--", label="taken at its word")
        for axis in ("x", "y"):
            _roots(axes, axis)
            getattr(axes, f"{axis}axis").set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xticks([mark for mark in (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if mark <= most])
        axes.set_yticks([mark for mark in (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if mark <= most])
        axes.legend()
        return _svg(figure)


def precision_recall(curves: Mapping[str, Any], side: str) -> str | None:
    """Precision against recall of one side, for every way; None when it never happened."""
    known = {name: curve for name, curve in curves[side]["precision_recall"].items() if curve is not None}
    if not known:
        return None
    with rc_context(_STYLE):
        figure, axes = _empty(f"of all {side} found", "of those told right")
        for name, curve in known.items():
            axes.plot(curve["recall"], curve["precision"], **_line(name, list(known)))
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        figure.legend(loc="outside lower center", ncols=3)
        return _svg(figure)


def messages(found: Mapping[str, Any]) -> str:
    """How many messages would be right, by how many are sent."""
    with rc_context(_STYLE):
        figure, axes = _empty("messages, as a share of all days", "right")
        for name, one in found["ways"].items():
            axes.plot(found["shares"], one["precision"], marker="o", markersize=3, **_line(name, list(found["ways"])))
        axes.set_xscale("log")
        axes.set_xticks(found["shares"])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        figure.legend(loc="outside lower center", ncols=3)
        return _svg(figure)


def segments(found: Mapping[str, Mapping[str, Any]]) -> str | None:
    """By how much the model beats the base rate of each segment, with intervals; None without any."""
    names = [name for name, one in found.items() if one["intervals"] is not None]
    if not names:
        return None
    with rc_context(_STYLE):
        figure, axes = _empty("log loss below the base rate's", "", height=0.9 + 0.3 * len(names))
        where = np.arange(len(names))[::-1]
        gains = np.array([found[name]["base_rate_log_loss"] - found[name]["log_loss"] for name in names])
        low, high = np.array([found[name]["intervals"]["below_base_rate"] for name in names]).T
        axes.hlines(where, low, high, color=WAYS[0], linewidth=2.0)
        axes.plot(gains, where, "o", markersize=5, color=WAYS[0])
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.set_yticks(where, [segment(name) for name in names])
        return _svg(figure)


def importance(found: Mapping[str, Mapping[str, float]]) -> str:
    """By how much log loss grows when a feature is shuffled, for those that matter most."""
    names = list(found)[:_SHOWN_FEATURES]
    return _bars(
        names,
        [found[name]["mean"] for name in names],
        "log loss that it costs to shuffle it",
        errors=[found[name]["std"] for name in names],
    )


def dependence(curve: Mapping[str, Sequence[float]], name: str) -> str:
    """The average probability of each side by a feature's value."""
    with rc_context(_STYLE):
        figure, axes = _empty(name, "average probability", height=2.6)
        for side, colour in _SIDES.items():
            axes.plot(curve["values"], curve[side], color=colour, label=side)
        axes.set_ylim(bottom=0.0)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
        axes.legend()
        return _svg(figure)


def drift(found: Mapping[str, Any]) -> str:
    """How far labels, scores and features have moved; square roots."""
    values = {
        **({} if found["labels"] is None else {"what people do": found["labels"]}),
        **{f"probability of {side}": psi for side, psi in found["scores"].items()},
        **dict(list(found["features"].items())[:_SHOWN_FEATURES]),
    }
    return _bars(list(values), list(values.values()), "population stability index", limits=True)


def _bars(
    names: Sequence[str],
    values: Sequence[float],
    label: str,
    *,
    errors: Sequence[float] | None = None,
    limits: bool = False,
) -> str:
    with rc_context(_STYLE):
        figure, axes = _empty(label, "", height=0.9 + 0.26 * len(names))
        where = np.arange(len(names))[::-1]
        axes.barh(where, values, xerr=errors, color=WAYS[0], height=0.62, ecolor=INK)
        axes.set_yticks(where, names)
        axes.grid(visible=False, axis="y")
        if limits:
            _roots(axes, "x")
            for limit, style in ((SHIFTING_FROM, ":"), (DRIFTED_FROM, "--")):
                axes.axvline(limit, color=WARN, linewidth=1.2, linestyle=style)
            axes.set_xlim(right=1.1 * max(DRIFTED_FROM, *values))
            axes.set_xticks(
                [mark for mark in (0.01, SHIFTING_FROM, DRIFTED_FROM, 1.0, 2.0, 4.0) if mark <= max(values)]
            )
            axes.xaxis.set_major_formatter(FuncFormatter(lambda psi, _: f"{psi:g}"))
        return _svg(figure)


def _empty(x: str, y: str, height: float = _SIZE[1]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_SIZE[0], height), layout="constrained")
    figure.patch.set_visible(False)
    axes = figure.subplots()
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def _roots(axes: Axes, axis: str) -> None:
    """Let an axis grow with the square root, from zero on."""
    getattr(axes, f"set_{axis}lim")(0.0, None)
    functions = (lambda value: np.sqrt(np.maximum(value, 0.0)), np.square)
    getattr(axes, f"set_{axis}scale")("function", functions=functions)


def _line(name: str, names: Sequence[str]) -> dict[str, Any]:
    """How a way is drawn: the model strongly, the ceiling dashed, the others thinly."""
    colour = {MODEL: WAYS[0], ORACLE: INK}.get(name)
    if colour is None:
        others = [other for other in names if other not in (MODEL, ORACLE)]
        colour = WAYS[1 + others.index(name) % (len(WAYS) - 1)]
    return {
        "label": way(name),
        "color": colour,
        "linewidth": 2.4 if name == MODEL else 1.2,
        "linestyle": "--" if name == ORACLE else "-",
        "zorder": 3 if name == MODEL else 2,
    }


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    # Not by savefig, which draws every figure once more to lay it out.
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    for colour, name in COLOURS.items():
        drawn = drawn.replace(colour, f"var(--{name})")
    return drawn
