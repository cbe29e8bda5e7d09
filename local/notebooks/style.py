"""How figures look in a notebook: the colours of the evaluation's page by day, and that page's plots as pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from IPython.display import SVG
from matplotlib import rc_context
from matplotlib.figure import Figure
from rich.markup import escape
from rich.table import Table

from model import report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

_PAGE: Final = Path(report.__path__[0]) / "page.html"
_VARIABLE: Final = re.compile(r"--([\w-]+): (#[0-9a-f]{6})")


def colours() -> dict[str, str]:
    """The page's colours by day, under their names there: `ink`, `buy`, `way-0` and so on."""
    by_day, _, _ = _PAGE.read_text(encoding="utf-8").partition("@media")
    return dict(_VARIABLE.findall(by_day))


def picture(svg: str | None) -> Any:
    """A plot of the evaluation's page as a notebook shows it; nothing for a plot that there is not."""
    if svg is None:
        return None
    known = colours()
    show: Any = SVG
    return show(re.sub(r"var\(--([\w-]+)\)", lambda name: known[name[1]], svg))


def table(rows: Iterable[Mapping[str, object]]) -> Table:
    """Rows as a table that a notebook draws; the first row's keys are the columns."""
    listed = list(rows)
    names = list(listed[0]) if listed else []
    shown = Table(*names, box=None, pad_edge=False)
    for row in listed:
        shown.add_row(*("" if row[name] is None else _text(row[name]) for name in names))
    return shown


def _text(value: object) -> str:
    return (
        f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else escape(str(value))
    )


def canvas(rows: int = 1, *, width: float = 8.0, height: float = 2.8, **more: Any) -> tuple[Figure, list[Axes]]:
    """A figure with axes under each other.

    Args:
        rows: how many.
        width: of the figure, inches.
        height: of each axes, inches.
        more: for `Figure.subplots`, for example `sharex`.
    """
    known = colours()
    with rc_context(_settings(known)):
        figure = Figure(figsize=(width, height * rows), layout="constrained")
        return figure, list(figure.subplots(rows, 1, squeeze=False, **more)[:, 0])


def _settings(known: Mapping[str, str]) -> dict[Any, Any]:
    return {
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": known["line"],
        "axes.labelcolor": known["ink"],
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": known["line"],
        "grid.linewidth": 0.6,
        "text.color": known["ink"],
        "xtick.color": known["ink"],
        "ytick.color": known["ink"],
    }
