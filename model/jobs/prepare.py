"""`python -m model.jobs.prepare --data DIR --out DIR`: files of the lake's contracts to a training matrix.

The data folder has a folder for each contract, named like the fields of `TrainingFiles`: `prices`, `transactions`, and
those of the others that there are. In each lie CSV files, all with the contract's header; several are one file in the
order of their names. They are taken to be complete until the last transaction or quote.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from divisa.domain.errors import DivisaError, InvalidFile
from model.matrix import write_matrix
from model.pipeline import matrix_to_learn_from
from model.training_files import TrainingFiles
from model.training_set import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTRACTS = tuple(each.name for each in fields(TrainingFiles) if each.name != "until")
"""The folders of a data folder."""
_NEEDED = ("prices", "transactions")


def files_of(data: Path, scratch: Path) -> TrainingFiles:
    """The files of a data folder.

    Args:
        data: the folder.
        scratch: where a contract that lies there in several files is put together.

    Raises:
        InvalidFile: prices or transactions are missing, or files of one contract have different headers.
    """
    found: dict[str, Path] = {}
    for name in CONTRACTS:
        parts = sorted(path for path in (data / name).rglob("*.csv") if path.is_file())
        if parts:
            found[name] = parts[0] if len(parts) == 1 else _joined(parts, scratch / f"{name}.csv")
        elif name in _NEEDED:
            raise InvalidFile(f"{data / name} has no CSV file; there is nothing to learn from")
    return TrainingFiles(**found, until=None)


def _joined(parts: Sequence[Path], path: Path) -> Path:
    header = _header(parts[0])
    with path.open("wb") as whole:
        whole.write(header + b"\n")
        for part in parts:
            if _header(part) != header:
                raise InvalidFile(f"{part} has not the header of {parts[0].name} beside it")
            with part.open("rb") as content:
                content.readline()
                shutil.copyfileobj(content, whole)
                if not _ends_with_newline(part):
                    whole.write(b"\n")
    return path


def _header(path: Path) -> bytes:
    with path.open("rb") as content:
        return content.readline().rstrip(b"\r\n")


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as content:
        content.seek(-1, 2)
        return content.read(1) == b"\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; each stage is a line of the standard output.

    Returns:
        The exit code: 0, or 1 when there is too little to learn from, with the reason on the standard error.
    """
    parser = argparse.ArgumentParser(prog="python -m model.jobs.prepare", description="Build the training matrix.")
    parser.add_argument("--data", type=Path, required=True, help="folder with a folder for each contract")
    parser.add_argument("--out", type=Path, required=True, help="folder for the matrix")
    parser.add_argument("--max-rows", type=int, default=MAX_ROWS, help="about how many rows")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of rows")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="divisa-prepare-") as scratch:
            files = files_of(options.data, Path(scratch))
            matrix = matrix_to_learn_from(files, max_rows=options.max_rows, seed=options.seed, on_stage=_say)
            write_matrix(matrix, options.out)
    except DivisaError as error:
        sys.stderr.write(f"prepare: {error}\n")
        return 1
    _say(f"{len(matrix.labels):,} rows")
    return 0


def _say(stage: str) -> None:
    sys.stdout.write(f"{stage}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
