"""What the page shows: a finding, and the picture that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Chart:
    """A finding.

    Attributes:
        name: unlike that of any other; of letters, digits and hyphens.
        title: what was found, or that there is nothing to be found yet.
        note: how to read the picture.
        figure: the picture; None where there is nothing yet.
    """

    name: str
    title: str
    note: str = ""
    figure: Figure | None = None
