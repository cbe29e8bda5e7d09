"""Where a notebook runs, and how much of everything: three environment variables, read by its first cell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import InvalidSetting
from local.home import HOME
from model.training_set import MAX_ROWS
from simulator.experiment.plan import Experiment
from simulator.simulate import Simulation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WHERE, SMALL, DATA, STAGE = "DIVISA_WHERE", "DIVISA_SMALL", "DIVISA_DATA", "DIVISA_STAGE"
_FLAGS: Final = {"": False, "0": False, "1": True}


class Where(StrEnum):
    """Who does the work."""

    LAPTOP = "laptop"
    SAGEMAKER = "sagemaker"


@dataclass(frozen=True, slots=True)
class Setting:
    """How a notebook runs.

    Attributes:
        where: DIVISA_WHERE. On the laptop users are simulated, the local job trains, and models are served on loopback.
            With `sagemaker` files come from the stage's lake, its retraining pipeline trains and registers, and its
            endpoint serves; whoever runs the notebook needs credentials for that.
        small: DIVISA_SMALL. Few users and a short time: seconds instead of minutes, figures that say little.
        data: DIVISA_DATA. A folder, or `s3://bucket/prefix`, with a folder for each contract (`prices`,
            `transactions`, …). None for simulated users on the laptop, for the lake's own files on SageMaker.
        stage: DIVISA_STAGE. Which stage is meant where SageMaker does the work.
        home: what notebooks make lies in this folder; it may be deleted at any time.
    """

    where: Where = Where.LAPTOP
    small: bool = False
    data: str | None = None
    stage: str = "prod"
    home: Path = HOME / "notebooks"

    @property
    def folder(self) -> Path:
        """For what belongs to this setting alone."""
        return self.home / ("small" if self.small else "whole")

    @property
    def simulation(self) -> Simulation:
        """The users that are simulated."""
        if not self.small:
            return Simulation()
        return Simulation(
            users=400, start=date(2022, 11, 1), end=date(2024, 5, 1), pairs=("USD/MXN",), step_minutes=120
        )

    @property
    def max_rows(self) -> int:
        """About how many rows a training set has."""
        return 20_000 if self.small else MAX_ROWS

    @property
    def experiment(self) -> Experiment:
        """What the closed-loop experiment runs; a tenth of what the figures in the docs come from, to take minutes."""
        if not self.small:
            return Experiment(users=500)
        return Experiment(users=120, start=date(2016, 9, 1), told_from=date(2018, 1, 1), end=date(2018, 5, 1))

    @property
    def seeds(self) -> range:
        """The populations of that experiment."""
        return range(1, 3) if self.small else range(1, 6)


def read(environ: Mapping[str, str] | None = None) -> Setting:
    """The setting that the environment asks for; `environ` defaults to the process's.

    Raises:
        InvalidSetting: a variable has a value that means nothing; names it.
    """
    given = os.environ if environ is None else environ
    where, small = given.get(WHERE, Where.LAPTOP.value), given.get(SMALL, "")
    if where not in set(Where):
        raise InvalidSetting(WHERE, f"is one of {', '.join(Where)}")
    if small not in _FLAGS:
        raise InvalidSetting(SMALL, "is 1 or 0")
    return Setting(
        where=Where(where), small=_FLAGS[small], data=given.get(DATA) or None, stage=given.get(STAGE) or "prod"
    )
