"""How the page's charts look: one palette by day and by night, and figures as SVG that stands inside of the page."""

from __future__ import annotations

import io
import re
import warnings
from html import escape
from typing import TYPE_CHECKING, Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Blue and orange are told apart by whoever sees red and green alike.
COLOURS: Final = {
    "ink": "#1c2230",
    "soft": "#566074",
    "line": "#d5dae3",
    "first": "#1769c2",
    "second": "#c2521b",
    "third": "#1a8f78",
    "fourth": "#9a4fb5",
    "fifth": "#a8861b",
    "sixth": "#8a93a5",
}
"""By day, each unlike the others; the page names them, so that at night they are others."""
SERIES: Final = tuple(COLOURS[name] for name in ("first", "second", "third", "fourth", "fifth", "sixth"))
WIDTH: Final = 6.4
_SETTINGS: Final[dict[Any, Any]] = {
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.edgecolor": COLOURS["line"],
    "axes.grid": True,
    "axes.labelcolor": COLOURS["soft"],
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "grid.color": COLOURS["line"],
    "grid.linewidth": 0.6,
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["line"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.color": COLOURS["line"],
    "ytick.labelcolor": COLOURS["ink"],
}
_SVG: Final[dict[Any, Any]] = {"svg.fonttype": "none", "svg.hashsalt": "divisa"}
_SAYS_NOTHING: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def canvas(rows: int = 1, *, height: float = 2.6, **more: Any) -> tuple[Figure, list[Axes]]:
    """A figure with axes under each other.

    Args:
        rows: how many.
        height: of each, inches.
        more: for `Figure.subplots`, for example `sharex`.
    """
    with rc_context(_SETTINGS):
        figure = Figure(figsize=(WIDTH, height * rows), layout="constrained")
        return figure, list(figure.subplots(rows, 1, squeeze=False, **more)[:, 0])


def bars_beside_names(count: int) -> tuple[Figure, Axes]:
    """A figure for horizontal bars, as high as so many need, the first one above; their names stand without a grid."""
    rows = max(count, 3)
    figure, (axes,) = canvas(height=0.7 + 0.29 * rows)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    return figure, axes


def legend_below(figure: Figure) -> None:
    """Say what the figure's colours are, where nothing is drawn."""
    figure.legend(frameon=False, fontsize="small", ncols=6, loc="outside lower center")


def svg(figure: Figure, name: str, says: str) -> str:
    """A figure as an SVG element of HTML, the same bytes for the same figure.

    Args:
        figure: what is drawn.
        name: unlike that of any other figure of the page; all ids begin with it.
        says: what it shows, for whoever does not see it.
    """
    out = io.StringIO()
    with rc_context(_SETTINGS | _SVG), warnings.catch_warnings():
        # Only measuring wants for a glyph: the browser has the text itself.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(out, format="svg", metadata=_SAYS_NOTHING)
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :].rstrip()
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1.1"| (width|height)="[0-9.]+pt"', "", drawn)
    drawn = re.sub(r"(\bid=\"|xlink:href=\"#|url\(#)", rf"\g<1>{name}-", drawn).replace("xlink:href", "href")
    for colour, code in COLOURS.items():
        drawn = drawn.replace(code, f"var(--{colour})")
    drawn = drawn.replace("'DejaVu Sans'", "system-ui, sans-serif")
    return drawn.replace("<svg", f'<svg role="img" aria-label="{escape(says)}"', 1)
