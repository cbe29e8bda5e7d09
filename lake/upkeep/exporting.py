"""What a model learns from, as the files of the lake that the retraining pipeline reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from divisa.domain.errors import NotFound
from lake.transformations.training_files import TABLES, write_training_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from lake.report.tables import Tables
    from lake.storage.objects import Objects

TRAINING: Final = "training/"
"""Where the files lie, each in a folder of its name, as `model.jobs.prepare` reads them."""


@dataclass(frozen=True, slots=True)
class Export:
    """Writes the training files anew, in place of those that there are.

    Attributes:
        tables: has the gold tables.
        objects: the lake.
        forget: deletes old versions of objects, so that nobody is in them who was erased.
    """

    tables: Tables
    objects: Objects
    forget: Callable[[str], int] = lambda prefix: 0

    def __call__(self) -> str:
        """Write them; to do it again changes nothing.

        Returns:
            What was done, in a line. Where there is nothing to learn from there are no files.
        """
        with TemporaryDirectory(prefix="divisa-training-") as scratch:
            try:
                files = write_training_files(self.tables, Path(scratch))
            except NotFound as nothing:
                for name in TABLES:
                    self.objects.remove(_key(name))
                said = f"no training files: {nothing}"
            else:
                for file in files:
                    self.objects.put_file(_key(file.stem), file)
                said = f"{len(files)} training files written"
        self.forget(TRAINING)
        return said


def _key(name: str) -> str:
    return f"{TRAINING}{name}/{name}.csv"
