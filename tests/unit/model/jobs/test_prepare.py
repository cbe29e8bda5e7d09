from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from divisa.domain.errors import InvalidFile
from model.jobs.prepare import files_of, main
from model.matrix import read_matrix

if TYPE_CHECKING:
    from pathlib import Path

    from model.matrix import TrainingMatrix
    from simulator.simulate import SimulatedFiles

pytestmark = pytest.mark.slow

HEADER = "pair,event_time,bid,ask\n"


def lay(data: Path, **files: str) -> Path:
    for name, content in files.items():
        contract, _, part = name.partition("_")
        path = data / contract / f"{part or contract}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return data


def test_the_matrix_is_the_one_that_the_same_files_give_anywhere(
    world: SimulatedFiles, matrix: TrainingMatrix, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    for name in ("prices", "transactions", "accounts", "groups", "oracle"):
        (data / name).mkdir(parents=True)
        (data / name / "part.csv").symlink_to(getattr(world, name))

    assert main(["--data", str(data), "--out", str(tmp_path / "matrix")]) == 0

    made = read_matrix(tmp_path / "matrix")
    assert made.dropped == matrix.dropped
    assert np.array_equal(made.features, matrix.features, equal_nan=True)
    assert np.array_equal(made.labels, matrix.labels)


def test_a_contract_in_several_files_is_one_file_in_the_order_of_their_names(tmp_path: Path) -> None:
    data = lay(
        tmp_path / "data",
        transactions="t\n",
        prices_b=f"{HEADER}USD/MXN,2024-01-02T00:00:00Z,17.0,17.1",
        prices_a=f"{HEADER}USD/MXN,2024-01-01T00:00:00Z,16.9,17.0",
        prices_c=f"{HEADER}USD/MXN,2024-01-03T00:00:00Z,17.1,17.2\n",
    )

    files = files_of(data, tmp_path)

    lines = files.prices.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER.strip()
    assert [line.split(",")[1][:10] for line in lines[1:]] == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_contracts_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    files = files_of(lay(tmp_path / "data", prices="p\n", transactions="t\n", groups="g\n"), tmp_path)

    assert files.groups == tmp_path / "data" / "groups" / "groups.csv"
    assert (files.accounts, files.decisions, files.suggestions, files.oracle) == (None, None, None, None)


def test_parts_of_different_contracts_are_not_put_together(tmp_path: Path) -> None:
    data = lay(tmp_path / "data", prices_a=HEADER, prices_b="pair,bid,ask\n", transactions="t\n")

    with pytest.raises(InvalidFile, match=r"b\.csv has not the header of a\.csv"):
        files_of(data, tmp_path)


@pytest.mark.parametrize("missing", ["prices", "transactions"])
def test_without_prices_or_transactions_the_job_fails_and_says_so(
    tmp_path: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = lay(tmp_path / "data", prices="p\n", transactions="t\n")
    (data / missing / f"{missing}.csv").unlink()

    assert main(["--data", str(data), "--out", str(tmp_path / "matrix")]) == 1

    assert capsys.readouterr().err == f"prepare: {data / missing} has no CSV file; there is nothing to learn from\n"
    assert not (tmp_path / "matrix").exists()
